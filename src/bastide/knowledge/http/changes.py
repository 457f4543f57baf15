"""The routes that change documents."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.contract import Principal
from bastide.knowledge.domain.document import Document
from bastide.knowledge.http.collections import Label
from bastide.knowledge.http.upload import upload_form
from bastide.knowledge.http.views import DocumentView, UploadView, document_fields, document_view
from bastide.knowledge.usecases.change_document import ChangeDocument
from bastide.knowledge.usecases.control import Control
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.knowledge.usecases.receive import Receive
from bastide.knowledge.usecases.upload import Upload

_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "collection": {"type": "string", "default": "documents"},
                        "metadata": {"type": "string", "description": "A JSON object."},
                        "password": {"type": "string"},
                        "labels": {"type": "string", "description": "Labels with commas between."},
                    },
                }
            }
        },
    }
}


class ChangeBody(BaseModel):
    """`metadata` is merged; null removes a key."""

    model_config = ConfigDict(extra="forbid")
    metadata: dict[str, Any] | None = None
    filename: str | None = Field(None, min_length=1, max_length=255)
    labels: list[Label] | None = Field(None, max_length=20)


class RetryBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    password: str | None = Field(None, max_length=1000)


@dataclass(frozen=True, slots=True)
class ChangeUseCases:
    """What the routes call."""

    receive: Receive
    upload: Upload
    change: ChangeDocument
    delete: DeleteDocument
    control: Control
    read: ReadDocuments


def changes_router(use: ChangeUseCases, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    async def shown(asks: Principal, document: Document) -> DocumentView:
        return document_view(await use.read.seen(asks, document))

    @router.post("", status_code=status.HTTP_202_ACCEPTED, openapi_extra=_FORM)
    async def create(request: Request, asks: Principal = caller) -> UploadView:
        uploaded = await upload_form(request, asks, use.receive, use.upload)
        seen = await use.read.seen(asks, uploaded.document)
        return UploadView(**document_fields(seen), duplicate=uploaded.duplicate)

    @router.patch("/{document_id}")
    async def patch(document_id: str, body: ChangeBody, asks: Principal = caller) -> DocumentView:
        changed = await use.change(
            asks, document_id, metadata=body.metadata, filename=body.filename, labels=body.labels
        )
        return await shown(asks, changed)

    @router.delete("/{document_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(document_id: str, asks: Principal = caller) -> None:
        await use.delete(asks, document_id)

    @router.post("/{document_id}/cancel")
    async def cancel(document_id: str, asks: Principal = caller) -> DocumentView:
        return await shown(asks, await use.control.cancel(asks, document_id))

    @router.post("/{document_id}/retry")
    async def retry(
        document_id: str, body: RetryBody | None = None, asks: Principal = caller
    ) -> DocumentView:
        return await shown(asks, await use.control.retry(asks, document_id, body.password if body else None))

    return router
