"""Errors at the edge: the only place that knows which kind is which status number."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

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
_HTTP_CODES = {
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
}


class ErrorView(BaseModel):
    """`code` is a stable dotted word, `message` one sentence, `details` the facts."""

    code: str
    message: str
    details: dict[str, Any]


class ErrorBody(BaseModel):
    """What every platform endpoint answers an error with."""

    error: ErrorView


ERROR_RESPONSES: Mapping[int | str, dict[str, Any]] = MappingProxyType(
    {
        status: {"description": description, "model": ErrorBody}
        for status, description in (
            (400, "Not HTTP as it should be, or not JSON"),
            (401, "No credentials, or none that hold"),
            (403, "Not allowed to this caller"),
            (404, "No such thing, or none that the caller may know of"),
            (405, "Not with this method"),
            (409, "The thing's present state does not allow it"),
            (413, "Larger than allowed"),
            (415, "Not a media type that is read here"),
            (422, "Understood, and wrong"),
            (429, "Too often, or a budget is used up; `Retry-After` says when to come back"),
            (503, "A part that is needed does not answer"),
            (504, "It took longer than allowed"),
        )
    }
)
"""For the OpenAPI document: which errors any endpoint may answer."""


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


def install_error_handlers(app: FastAPI) -> None:
    """Make the application answer every error in one shape."""

    async def on_bastide_error(_: Request, error: Exception) -> JSONResponse:
        error = cast("errors.BastideError", error)
        body = error_body(error.code, error.message, error.details)
        return JSONResponse(body, status_of(error), error_headers(error))

    async def on_validation_error(_: Request, error: Exception) -> JSONResponse:
        problems = [
            {"field": ".".join(str(part) for part in item["loc"][1:]), "problem": item["msg"]}
            for item in cast("RequestValidationError", error).errors()
        ]
        message = "; ".join(f"{item['field'] or 'body'}: {item['problem']}" for item in problems)
        return JSONResponse(error_body("request.invalid", message, {"problems": problems}), 422)

    async def on_http_error(_: Request, error: Exception) -> JSONResponse:
        error = cast("HTTPException", error)
        code = _HTTP_CODES.get(error.status_code, "request.invalid")
        return JSONResponse(error_body(code, str(error.detail)), error.status_code, error.headers)

    app.add_exception_handler(errors.BastideError, on_bastide_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
