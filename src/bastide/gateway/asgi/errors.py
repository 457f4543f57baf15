"""Errors as OpenAI's clients know them: the only place of the gateway that knows status numbers.

https://platform.openai.com/docs/guides/error-codes/api-errors
"""

import msgspec

from bastide.gateway.domain import errors as gateway
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
_CODES = {"model.not_found": "model_not_found", "auth.invalid": "invalid_api_key"}


def status_of(error: errors.BastideError) -> int:
    """The HTTP status of an error; a provider's refusal keeps its own."""
    if isinstance(error, gateway.UpstreamRefusedError):
        return int(error.details["status"])
    return _kind(error)[0]


def body_of(error: errors.BastideError) -> bytes:
    """`{"error": {message, type, code, param, details}}`; `details` are ours, clients ignore them."""
    details: JsonObject = {key: value for key, value in error.details.items() if key != "param"}
    body: JsonObject = {
        "message": error.message,
        "type": _kind(error)[1],
        "code": _CODES.get(error.code, error.code),
        "param": error.details.get("param"),
    }
    return msgspec.json.encode({"error": body | ({"details": details} if details else {})})


def headers_of(error: errors.BastideError) -> list[tuple[bytes, bytes]]:
    """`Retry-After` (whole seconds, rounded up) where the error knows it; `WWW-Authenticate` with a 401."""
    headers: list[tuple[bytes, bytes]] = []
    if (pause := error.details.get("retry_after_s")) is not None:
        headers.append((b"retry-after", str(max(1, -int(-float(pause) // 1))).encode()))
    if isinstance(error, errors.UnauthenticatedError):
        headers.append((b"www-authenticate", b"Bearer"))
    return headers


def event_of(error: errors.BastideError) -> bytes:
    """An error in the middle of a stream, as OpenAI's clients raise it: a data event with `error`."""
    return b"data: " + body_of(error) + b"\n\n"


def _kind(error: errors.BastideError) -> tuple[int, str]:
    return next(
        ((status, word) for kind, status, word in _KINDS if isinstance(error, kind)), (500, "api_error")
    )
