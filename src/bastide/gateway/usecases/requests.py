"""Writes a call as each kind of provider wants it."""

from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.catalogue import Deployment, Provider, ProviderKind
from bastide.gateway.domain.errors import UnsupportedError
from bastide.gateway.ports.upstream import UpstreamRequest

_USAGE = b'{"include_usage":true}'
_STREAMED = frozenset({Operation.CHAT, Operation.COMPLETIONS})


def request_for(call: Call, deployment: Deployment) -> UpstreamRequest:
    """Raises UnsupportedError: this provider has no such operation."""
    provider = deployment.provider
    if provider.kind is not ProviderKind.OPENAI:
        raise UnsupportedError(f"{call.model!r} cannot do {call.operation.value}.", param="model")
    headers = headers_for(provider)
    headers["content-type"] = call.content_type
    if call.operation is Operation.SPEECH:
        headers["accept"] = "*/*"
    return UpstreamRequest(
        "POST", f"{provider.base_url}/{call.operation.value}", headers, _body(call, deployment)
    )


def headers_for(provider: Provider) -> dict[str, str]:
    """What every request to a provider carries; never a header of the client's."""
    headers = {"accept": "application/json, text/event-stream", "user-agent": "bastide"}
    if provider.api_key is not None:
        headers["authorization"] = f"Bearer {provider.api_key}"
    return headers


def _body(call: Call, deployment: Deployment) -> bytes:
    asks = call.stream and not call.wants_usage and call.operation in _STREAMED
    return call.written(deployment.upstream_name, {"stream_options": _USAGE} if asks else {})
