"""`POST /api/v1/documents`: the form becomes bytes in the store and a request for the use case."""

from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from typing import cast

import msgspec
from fastapi import Request
from starlette.requests import ClientDisconnect

from bastide.identity.contract import Principal
from bastide.kit.errors import BastideError
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.errors import MetadataError, UploadError
from bastide.knowledge.http.multipart import Form, PartHead
from bastide.knowledge.usecases.receive import Receive, Received
from bastide.knowledge.usecases.upload import Upload, Uploaded, UploadRequest

_FIELD_BYTES = 128 * 1024
_DRAINED_BYTES = 64 * 1024 * 1024


async def upload_form(request: Request, principal: Principal, receive: Receive, upload: Upload) -> Uploaded:
    """Fields may come before or after the file; unknown ones are refused."""
    body = request.stream()
    reading = _Reading(principal, receive)
    try:
        received = await reading.all(Form(request.headers.get("content-type", ""), body))
    except BaseException as error:
        await reading.discard()
        if isinstance(error, BastideError):
            await _drain(body)
        raise
    return await upload(principal, received, reading.asked)


class _Reading:
    def __init__(self, principal: Principal, receive: Receive) -> None:
        self._principal = principal
        self._receive = receive
        self._received: Received | None = None
        self.asked = UploadRequest("")

    async def all(self, form: Form) -> Received:
        try:
            async for part in form.parts():
                await self._part(form, part)
        except ClientDisconnect as error:
            raise UploadError("The upload broke off.") from error
        if self._received is None:
            raise UploadError("The form has no field named file.", field="file")
        return self._received

    async def discard(self) -> None:
        if self._received is not None:
            await self._receive.discard(self._received)

    async def _part(self, form: Form, part: PartHead) -> None:
        if part.name != "file":
            self.asked = _with_field(self.asked, part, await form.text(_FIELD_BYTES))
            return
        if self._received is not None:
            raise UploadError("Send one file per request.", field="file")
        self._received = await self._receive(self._principal, form.data())
        self.asked = replace(self.asked, filename=part.filename or "")


def _with_field(asked: UploadRequest, part: PartHead, value: str) -> UploadRequest:
    match part.name:
        case "collection":
            return replace(asked, collection=value.strip() or asked.collection)
        case "metadata":
            return replace(asked, metadata=_metadata(value))
        case "password":
            return replace(asked, password=value or None)
        case "labels":
            return replace(asked, labels=tuple(one.strip() for one in value.split(",") if one.strip()))
        case _:
            raise UploadError(f"There is no field named {part.name}.", field=part.name)


def _metadata(value: str) -> JsonObject:
    if not value.strip():
        return {}
    try:
        return cast("JsonObject", msgspec.json.decode(value, type=dict[str, object]))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise MetadataError("The field metadata must be a JSON object.", field="metadata") from error


async def _drain(body: AsyncIterator[bytes]) -> None:
    """Read a little of what still comes: a client that is still sending would not see the answer."""
    left = _DRAINED_BYTES
    with suppress(ClientDisconnect):
        async for piece in body:
            left -= len(piece)
            if left < 0:
                return
