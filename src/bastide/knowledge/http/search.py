"""`POST /api/v1/search`."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from bastide.identity.contract import Principal
from bastide.knowledge.contract import Hit, Knowledge, SearchQuery


class SearchBody(BaseModel):
    """`collection` or `collections`: names or ids; neither = all that the caller may read."""

    model_config = ConfigDict(extra="forbid")
    query: str = Field(min_length=1, max_length=10_000)
    collection: str | None = None
    collections: list[str] = Field(default_factory=list[str], max_length=100)
    filters: dict[str, Any] = Field(default_factory=dict[str, Any])
    top_k: int = Field(10, ge=1, le=100)
    score_threshold: float = Field(0.0, ge=0, le=1)


class ResultView(BaseModel):
    """`metadata`: the document's own, over it where the passage stands."""

    document_id: str
    chunk_id: str
    content: str
    score: float
    metadata: dict[str, Any]


class SearchView(BaseModel):
    results: list[ResultView]
    total_results: int
    search_time_ms: int


def search_router(knowledge: Knowledge, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["search"])
    caller = Depends(principal)

    @router.post("/search")
    async def search(body: SearchBody, asks: Principal = caller) -> SearchView:
        named = [body.collection] if body.collection else []
        query = SearchQuery(
            body.query,
            [*named, *body.collections],
            body.filters,
            body.top_k,
            body.score_threshold,
        )
        found = await knowledge.search(asks, query)
        return SearchView(
            results=[_result(hit) for hit in found.hits],
            total_results=found.total_results,
            search_time_ms=found.search_time_ms,
        )

    return router


def _result(hit: Hit) -> ResultView:
    place = {
        "page": hit.page,
        "page_end": hit.page_end,
        "section": " › ".join(hit.heading_path),
        "filename": hit.filename,
        "collection": hit.collection,
        "collection_id": hit.collection_id,
        "version": hit.version,
        "start": hit.start,
        "end": hit.end,
        "language": hit.language,
    }
    return ResultView(
        document_id=hit.document_id,
        chunk_id=hit.chunk_id,
        content=hit.content,
        score=hit.score,
        metadata={**hit.metadata, **place},
    )
