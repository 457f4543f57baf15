"""Writes a call as the provider of a deployment wants it."""

from types import MappingProxyType

import msgspec

from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.catalogue import Deployment
from bastide.gateway.domain.estimates import asked_maximum
from bastide.gateway.domain.interfaces import headers_for, url_for
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
_MODEST = 4096
"""Tokens of an answer where nobody says how many and a protocol must; every model can write that."""


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
    dialect = dialect_for(deployment, call.operation)
    headers = headers_for(deployment.provider)
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
    url = url_for(deployment, Operation(dialect.value) if dialect else call.operation)
    return Question(UpstreamRequest("POST", url, headers, body), dialect, left_out)


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
    maximum = deployment.max_output_tokens or _MODEST
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
