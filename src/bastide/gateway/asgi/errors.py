"""Errors as OpenAI's and Anthropic's clients know them: only this place of the gateway knows status numbers.

https://platform.openai.com/docs/guides/error-codes/api-errors
"""

import re

import msgspec

from bastide.gateway.domain import errors as gateway
from bastide.gateway.domain.call import Operation
from bastide.kit import errors
from bastide.kit.json import JsonObject

_KINDS: tuple[tuple[type[errors.BastideError], int, str], ...] = (
    (gateway.UpstreamFailedError, 502, "api_error"),
    (gateway.UpstreamBrokenError, 502, "api_error"),
    (errors.UnauthenticatedError, 401, "authentication_error"),
    (errors.DeniedError, 403, "permission_error"),
    (errors.NotFoundError, 404, "invalid_request_error"),
    (errors.ConflictError, 409, "invalid_request_error"),
    (errors.TooLargeError, 413, "invalid_request_error"),
    (errors.InvalidError, 400, "invalid_request_error"),
    (errors.RateLimitedError, 429, "rate_limit_error"),
    (errors.QuotaExceededError, 429, "insufficient_quota"),
    (errors.UnavailableError, 503, "api_error"),
    (errors.DeadlineExceededError, 504, "timeout_error"),
)
_ANTHROPICS = frozenset({Operation.MESSAGES.value, Operation.COUNT_TOKENS.value})
# https://docs.anthropic.com/en/api/errors
_ANTHROPIC_WORDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    **dict.fromkeys((400, 409, 422), "invalid_request_error"),
}
_TOLD_BY_OPENAI = re.compile(rb'\s*\{\s*"error"')
_TOLD_BY_ANTHROPIC = re.compile(rb'\s*\{\s*"type"\s*:\s*"error"')
_CODES = {"model.not_found": "model_not_found", "auth.invalid": "invalid_api_key"}


def status_of(error: errors.BastideError) -> int:
    """The HTTP status of an error; a provider's refusal keeps its own."""
    if isinstance(error, gateway.UpstreamRefusedError):
        return int(error.details["status"])
    return _kind(error)[0]


def body_of(error: errors.BastideError, operation: str | None = None) -> bytes:
    """`{"error": {message, type, code, param, details}}`; `details` are ours, clients ignore them.

    For an operation of Anthropic's the same in its frame, with its words for `type`.
    """
    details: JsonObject = {key: value for key, value in error.details.items() if key != "param"}
    body: JsonObject = {
        "message": error.message,
        "type": _kind(error)[1],
        "code": _CODES.get(error.code, error.code),
        "param": error.details.get("param"),
    }
    if details:
        body["details"] = details
    if operation not in _ANTHROPICS:
        return msgspec.json.encode({"error": body})
    body["type"] = _ANTHROPIC_WORDS.get(status_of(error), "api_error")
    return msgspec.json.encode({"type": "error", "error": body})


def is_told(body: bytes, operation: Operation) -> bool:
    """Whether a provider's error has the shape that the client of this operation reads."""
    return bool((_TOLD_BY_ANTHROPIC if operation in _ANTHROPICS else _TOLD_BY_OPENAI).match(body))


def headers_of(error: errors.BastideError) -> list[tuple[bytes, bytes]]:
    """`Retry-After` (whole seconds, rounded up) where the error knows it; `WWW-Authenticate` with a 401."""
    headers: list[tuple[bytes, bytes]] = []
    if (pause := error.details.get("retry_after_s")) is not None:
        headers.append((b"retry-after", str(max(1, -int(-float(pause) // 1))).encode()))
    if isinstance(error, errors.UnauthenticatedError):
        headers.append((b"www-authenticate", b"Bearer"))
    return headers


def event_of(error: errors.BastideError, operation: str, number: int | None = None) -> bytes:
    """An error in the middle of a stream, as the operation's clients raise it; `number` of its event."""
    body = body_of(error, operation)
    if operation in _ANTHROPICS:
        return b"event: error\ndata: " + body + b"\n\n"
    if operation == Operation.RESPONSES:
        told: JsonObject = {"type": "error", "code": error.code, "message": error.message, "param": None}
        told |= {} if number is None else {"sequence_number": number}
        whole: JsonObject = told | msgspec.json.decode(body)
        return b"event: error\ndata: " + msgspec.json.encode(whole) + b"\n\n"
    return b"data: " + body + b"\n\n"


def _kind(error: errors.BastideError) -> tuple[int, str]:
    return next(
        ((status, word) for kind, status, word in _KINDS if isinstance(error, kind)), (500, "api_error")
    )
