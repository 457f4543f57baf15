"""Errors at the edge: the only place that knows which kind is which status number."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse

from bastide.kit import errors

_STATUS: tuple[tuple[type[errors.BastideError], int], ...] = (
    (errors.UnauthenticatedError, 401),
    (errors.DeniedError, 403),
    (errors.NotFoundError, 404),
    (errors.ConflictError, 409),
    (errors.TooLargeError, 413),
    (errors.InvalidError, 422),
    (errors.RateLimitedError, 429),
    (errors.QuotaExceededError, 429),
    (errors.UnavailableError, 503),
    (errors.DeadlineExceededError, 504),
)


def status_of(error: errors.BastideError) -> int:
    """The HTTP status of an error's kind."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def error_body(code: str, message: str, details: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body that every platform endpoint answers an error with."""
    return {"error": {"code": code, "message": message, "details": dict(details or {})}}


def error_headers(error: errors.BastideError) -> dict[str, str]:
    """`Retry-After` where the error knows it, `WWW-Authenticate` with a 401."""
    headers: dict[str, str] = {}
    if (pause := error.details.get("retry_after_s")) is not None:
        headers["Retry-After"] = str(max(1, round(float(pause))))
    if isinstance(error, errors.UnauthenticatedError):
        headers["WWW-Authenticate"] = "Bearer"
    return headers


def error_response(error: errors.BastideError) -> JSONResponse:
    """An error as every platform endpoint answers it."""
    body = error_body(error.code, error.message, error.details)
    return JSONResponse(body, status_of(error), error_headers(error))
