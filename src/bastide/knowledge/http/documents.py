"""The routes of documents."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, status
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.contract import Principal
from bastide.knowledge.contract import DocumentStatus
from bastide.knowledge.domain.document import Document
from bastide.knowledge.http.upload import upload_form
from bastide.knowledge.http.views import (
    DocumentPage,
    DocumentView,
    UploadView,
    VersionPage,
    document_fields,
    document_view,
    version_view,
)
from bastide.knowledge.ports.store import SortField
from bastide.knowledge.usecases.change_document import ChangeDocument
from bastide.knowledge.usecases.control import Control
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.knowledge.usecases.read_documents import ListRequest, ReadDocuments
from bastide.knowledge.usecases.receive import Receive
from bastide.knowledge.usecases.upload import Upload

_Sort = Literal["upload_time", "-upload_time", "filename", "-filename", "size", "-size"]
_SORT_FIELDS: Mapping[_Sort, SortField] = MappingProxyType(
    {
        "upload_time": "upload_time",
        "-upload_time": "upload_time",
        "filename": "filename",
        "-filename": "filename",
        "size": "size",
        "-size": "size",
    }
)
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


class RetryBody(BaseModel):
    model_config = ConfigDict(extra="forbid")
    password: str | None = Field(None, max_length=1000)


def documents_router(
    receive: Receive,
    upload: Upload,
    read: ReadDocuments,
    change: ChangeDocument,
    delete: DeleteDocument,
    control: Control,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    async def shown(document: Document) -> DocumentView:
        seen = await read.seen(document)
        return document_view(seen.document, seen.progress)

    @router.post("", status_code=status.HTTP_202_ACCEPTED, openapi_extra=_FORM)
    async def create(request: Request, asks: Principal = caller) -> UploadView:
        uploaded = await upload_form(request, asks, receive, upload)
        seen = await read.seen(uploaded.document)
        return UploadView(**document_fields(seen.document, seen.progress), duplicate=uploaded.duplicate)

    @router.get("")
    async def listing(
        asks: Principal = caller,
        collection: str | None = None,
        status: DocumentStatus | None = None,
        q: Annotated[str, Query(max_length=200)] = "",
        parent_id: str | None = None,
        sort: _Sort = "-upload_time",
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> DocumentPage:
        asked = ListRequest(
            collection=collection,
            status=status,
            name=q,
            parent_id=parent_id,
            sort=_SORT_FIELDS[sort],
            descending=sort.startswith("-"),
            cursor=cursor,
            limit=limit,
        )
        page = await read.listing(asks, asked)
        items = [document_view(one.document, one.progress) for one in page.items]
        return DocumentPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.get("/{document_id}")
    async def get(document_id: str, asks: Principal = caller) -> DocumentView:
        seen = await read.get(asks, document_id)
        return document_view(seen.document, seen.progress)

    @router.patch("/{document_id}")
    async def patch(document_id: str, body: ChangeBody, asks: Principal = caller) -> DocumentView:
        return await shown(await change(asks, document_id, metadata=body.metadata, filename=body.filename))

    @router.delete("/{document_id}", status_code=status.HTTP_204_NO_CONTENT)
    async def remove(document_id: str, asks: Principal = caller) -> None:
        await delete(asks, document_id)

    @router.post("/{document_id}/cancel")
    async def cancel(document_id: str, asks: Principal = caller) -> DocumentView:
        return await shown(await control.cancel(asks, document_id))

    @router.post("/{document_id}/retry")
    async def retry(
        document_id: str, body: RetryBody | None = None, asks: Principal = caller
    ) -> DocumentView:
        password = body.password if body else None
        return await shown(await control.retry(asks, document_id, password))

    @router.get("/{document_id}/versions")
    async def versions(document_id: str, asks: Principal = caller) -> VersionPage:
        document, found = await read.versions(asks, document_id)
        items = [version_view(one, current=one.number == document.current_version) for one in found]
        return VersionPage(items=items, next_cursor=None, total=len(items))

    return router
