"""The routes of the index, and the questions to begin with."""

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request, status
from pydantic import BaseModel

from bastide.identity.contract import Principal
from bastide.knowledge.usecases.compact import Compact
from bastide.knowledge.usecases.read_index import IndexReport, IndexState, ReadIndex
from bastide.knowledge.usecases.rebuild import AskRebuild
from bastide.knowledge.usecases.samples import COLLECTION, Suggest


class IndexView(BaseModel):
    """`rebuilt` of `to_rebuild` documents; `passages` are those that search serves. Null but for
    administrators.
    """

    state: IndexState
    rebuilt: int | None
    to_rebuild: int | None
    passages: int | None


class CompactView(BaseModel):
    freed_bytes: int


class SuggestionView(BaseModel):
    question: str
    language: str
    collection: str


class SuggestionList(BaseModel):
    items: list[SuggestionView]


def index_router(
    read: ReadIndex,
    rebuild: AskRebuild,
    compact: Compact,
    suggest: Suggest,
    principal: Callable[[Request], Principal],
) -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["index"])
    caller = Depends(principal)

    @router.get("/index")
    async def get(asks: Principal = caller) -> IndexView:
        return _view(await read(asks))

    @router.post("/index/rebuild", status_code=status.HTTP_202_ACCEPTED)
    async def ask_rebuild(asks: Principal = caller) -> IndexView:
        await rebuild(asks)
        return _view(await read(asks))

    @router.post("/index/compact")
    async def ask_compact(asks: Principal = caller) -> CompactView:
        return CompactView(freed_bytes=await compact(asks))

    @router.get("/suggestions")
    async def suggestions(asks: Principal = caller) -> SuggestionList:
        items = [
            SuggestionView(question=one.question, language=one.language, collection=COLLECTION)
            for one in await suggest(asks)
        ]
        return SuggestionList(items=items)

    return router


def _view(report: IndexReport) -> IndexView:
    return IndexView(
        state=report.state,
        rebuilt=report.rebuilt,
        to_rebuild=report.to_rebuild,
        passages=report.passages,
    )
