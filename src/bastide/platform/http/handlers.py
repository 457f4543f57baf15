"""The shape of errors in the platform API: what its document says of them, and who answers them."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, cast

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bastide.kit.errors import BastideError
from bastide.platform.http.errors import error_body, error_response

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


def install_error_handlers(app: FastAPI) -> None:
    """Make the application answer every error in one shape."""

    async def on_bastide_error(_: Request, error: Exception) -> JSONResponse:
        return error_response(cast("BastideError", error))

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

    app.add_exception_handler(BastideError, on_bastide_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_error)
