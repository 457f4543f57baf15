"""The routes that read documents."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from bastide.identity.contract import Principal
from bastide.knowledge.contract import DocumentStatus
from bastide.knowledge.http.views import (
    DocumentPage,
    DocumentView,
    VersionPage,
    document_view,
    version_view,
)
from bastide.knowledge.ports.store import SortField
from bastide.knowledge.usecases.read_documents import ListRequest, ReadDocuments

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


class ListingQuery(BaseModel):
    """`label`: on the document or on its collection."""

    collection: str | None = None
    label: Annotated[str | None, Field(max_length=100)] = None
    status: DocumentStatus | None = None
    q: Annotated[str, Field(max_length=200)] = ""
    parent_id: str | None = None
    sort: _Sort = "-upload_time"
    cursor: str | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def documents_router(read: ReadDocuments, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    @router.get("")
    async def listing(query: Annotated[ListingQuery, Query()], asks: Principal = caller) -> DocumentPage:
        asked = ListRequest(
            collection=query.collection,
            label=query.label,
            status=query.status,
            name=query.q,
            parent_id=query.parent_id,
            sort=_SORT_FIELDS[query.sort],
            descending=query.sort.startswith("-"),
            cursor=query.cursor,
            limit=query.limit,
        )
        page = await read.listing(asks, asked)
        items = [document_view(one) for one in page.items]
        return DocumentPage(items=items, next_cursor=page.next_cursor, total=page.total)

    @router.get("/{document_id}")
    async def get(document_id: str, asks: Principal = caller) -> DocumentView:
        return document_view(await read.get(asks, document_id))

    @router.get("/{document_id}/versions")
    async def versions(document_id: str, asks: Principal = caller) -> VersionPage:
        document, found = await read.versions(asks, document_id)
        items = [version_view(one, current=one.number == document.current_version) for one in found]
        return VersionPage(items=items, next_cursor=None, total=len(items))

    return router
