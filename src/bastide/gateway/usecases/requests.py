"""Writes a call as each kind of provider wants it."""

from types import MappingProxyType
from urllib.parse import quote, urlencode

import msgspec

from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.catalogue import Deployment, Provider, ProviderKind
from bastide.gateway.domain.estimates import asked_maximum
from bastide.gateway.domain.protocols.dialects import Dialect, translated
from bastide.gateway.domain.protocols.json import decoded
from bastide.gateway.domain.speaking import dialect_for
from bastide.gateway.ports.upstream import UpstreamRequest

_USAGE = b'{"include_usage":true}'
_USAGE_ASKED = frozenset({Operation.CHAT, Operation.COMPLETIONS})
_MAXIMUM = MappingProxyType(
    {
        Operation.CHAT: "max_completion_tokens",
        Operation.COMPLETIONS: "max_tokens",
        Operation.RESPONSES: "max_output_tokens",
    }
)
_ANTHROPIC_VERSION = "2023-06-01"
_ANTHROPIC_MAXIMUM = 4096  # where nobody says how much an answer may have; every model can write that


class Question(msgspec.Struct, frozen=True):
    """What goes to the provider.

    Attributes:
        dialect: the protocol that was translated into; None: the client's own.
        left_out: fields of the request that got lost on the way and change no answer.
    """

    request: UpstreamRequest
    dialect: Dialect | None = None
    left_out: frozenset[str] = frozenset()


def question_for(call: Call, deployment: Deployment, cap: int | None = None) -> Question:
    """`cap` is what a budget has reserved for the answer, enforced where nothing else bounds it.

    Raises:
        UntranslatableError, BodyError: the provider's protocol cannot say it.
    """
    provider = deployment.provider
    dialect = dialect_for(deployment, call.operation)
    headers = headers_for(provider)
    headers["content-type"] = call.content_type
    if call.trace is not None:
        headers["traceparent"] = call.trace.header
    if dialect is None:
        headers.update(call.passed)
        body, left_out = _body(call, deployment, cap), frozenset[str]()
    else:
        body, left_out = _translated(call, deployment, dialect, cap)
    if call.operation is Operation.SPEECH:
        headers["accept"] = "*/*"
    url = _url(deployment, dialect.value if dialect else call.operation.value)
    return Question(UpstreamRequest("POST", url, headers, body), dialect, left_out)


def headers_for(provider: Provider) -> dict[str, str]:
    """What every request to a provider carries."""
    headers = {"accept": "application/json, text/event-stream", "user-agent": "bastide"}
    if provider.kind is ProviderKind.ANTHROPIC:
        headers["anthropic-version"] = provider.api_version or _ANTHROPIC_VERSION
    if provider.api_key is not None:
        name = {ProviderKind.ANTHROPIC: "x-api-key", ProviderKind.AZURE: "api-key"}.get(provider.kind)
        headers[name or "authorization"] = provider.api_key if name else f"Bearer {provider.api_key}"
    return headers


def models_url(provider: Provider) -> str:
    """Where the provider lists its models. Azure lists what exists, not what is deployed there."""
    if provider.kind is ProviderKind.AZURE:
        return _azure(provider, "models")
    more = "?limit=1000" if provider.kind is ProviderKind.ANTHROPIC else ""
    return f"{provider.base_url}/models{more}"


def _url(deployment: Deployment, path: str) -> str:
    provider = deployment.provider
    if provider.kind is not ProviderKind.AZURE:
        return f"{provider.base_url}/{path}"
    if provider.api_version and path != Operation.RESPONSES.value:
        path = f"deployments/{quote(deployment.upstream_name, safe='')}/{path}"
    return _azure(provider, path)


def _azure(provider: Provider, path: str) -> str:
    """With a version the older interface, without one the `v1` that has none."""
    if provider.api_version:
        return f"{provider.base_url}/openai/{path}?{urlencode({'api-version': provider.api_version})}"
    return f"{provider.base_url}/openai/v1/{path}"


def _body(call: Call, deployment: Deployment, cap: int | None) -> bytes:
    changes: dict[str, bytes] = {}
    if call.operation in _USAGE_ASKED and call.stream and not call.wants_usage:
        changes["stream_options"] = _USAGE
    if call.operation in _MAXIMUM and (bound := _bound(call, deployment, cap)):
        changes[_MAXIMUM[call.operation]] = str(bound).encode()
    return call.written(deployment.upstream_name, changes)


def _translated(
    call: Call, deployment: Deployment, dialect: Dialect, cap: int | None
) -> tuple[bytes, frozenset[str]]:
    maximum = deployment.max_output_tokens or _ANTHROPIC_MAXIMUM
    body, left_out = translated(
        decoded(call.body),
        Dialect(call.operation.value),
        dialect,
        deployment.upstream_name,
        min(maximum, cap or maximum),
    )
    understood = Operation(dialect.value)
    if understood in _MAXIMUM and (bound := _bound(call, deployment, cap)):
        body[_MAXIMUM[understood]] = bound
    return msgspec.json.encode(body), frozenset(left_out)


def _bound(call: Call, deployment: Deployment, cap: int | None) -> int | None:
    """What a budget sets where neither the client nor the model's context does."""
    return cap if deployment.context_tokens is None and asked_maximum(call) is None else None
