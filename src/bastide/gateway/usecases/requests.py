"""Writes a call as each kind of provider wants it."""

from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.catalogue import Deployment, Provider, ProviderKind
from bastide.gateway.domain.errors import UnsupportedError
from bastide.gateway.domain.estimates import asked_maximum
from bastide.gateway.ports.upstream import UpstreamRequest

_USAGE = b'{"include_usage":true}'
_MAXIMUM = {Operation.CHAT: "max_completion_tokens", Operation.COMPLETIONS: "max_tokens"}
_STREAMED = frozenset(_MAXIMUM)


def request_for(call: Call, deployment: Deployment, cap: int | None = None) -> UpstreamRequest:
    """`cap` is what a budget has reserved for the answer, enforced where nothing else bounds it.

    Raises:
        UnsupportedError: this provider has no such operation.
    """
    provider = deployment.provider
    if provider.kind is not ProviderKind.OPENAI:
        raise UnsupportedError(f"{call.model!r} cannot do {call.operation.value}.", param="model")
    headers = headers_for(provider)
    headers["content-type"] = call.content_type
    if call.operation is Operation.SPEECH:
        headers["accept"] = "*/*"
    return UpstreamRequest(
        "POST", f"{provider.base_url}/{call.operation.value}", headers, _body(call, deployment, cap)
    )


def headers_for(provider: Provider) -> dict[str, str]:
    """What every request to a provider carries; never a header of the client's."""
    headers = {"accept": "application/json, text/event-stream", "user-agent": "bastide"}
    if provider.api_key is not None:
        headers["authorization"] = f"Bearer {provider.api_key}"
    return headers


def _body(call: Call, deployment: Deployment, cap: int | None) -> bytes:
    changes: dict[str, bytes] = {}
    if call.operation in _STREAMED:
        if call.stream and not call.wants_usage:
            changes["stream_options"] = _USAGE
        if cap and deployment.context_tokens is None and asked_maximum(call) is None:
            changes[_MAXIMUM[call.operation]] = str(cap).encode()
    return call.written(deployment.upstream_name, changes)
