"""`/api/v1/gateway/prompts`: what an organisation keeps of its calls."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel

from bastide.gateway.domain.prompts import LoggedPrompt, PromptQuery
from bastide.gateway.usecases.prompts.read import ReadPrompts
from bastide.identity.contract import Principal


class PromptOut(BaseModel):
    """`size_bytes` of request and answer as they are kept; `request_id` is that of the call's usage entry."""

    id: str
    at: AwareDatetime
    user: str
    key: str
    model: str
    operation: str
    status: int
    streamed: bool
    request_id: str
    size_bytes: int


class PromptWhole(PromptOut):
    """`request` as the model got it, `answer` as the client got it; `truncated` if either was longer."""

    request: str
    content_type: str
    answer: str
    truncated: bool


class PromptPage(BaseModel):
    items: list[PromptOut]
    next_cursor: str | None
    total: int | None = None


def prompts_router(read: ReadPrompts, principal: Callable[[Request], Principal]) -> APIRouter:
    router = APIRouter(prefix="/api/v1/gateway/prompts", tags=["gateway"])
    caller = Depends(principal)

    @router.get("")
    async def listing(  # query parameters
        first: Annotated[AwareDatetime | None, Query(alias="from")] = None,
        last: Annotated[AwareDatetime | None, Query(alias="to")] = None,
        user: str | None = None,
        key: str | None = None,
        model: str | None = None,
        cursor: str | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
        asks: Principal = caller,
    ) -> PromptPage:
        query = PromptQuery(asks.organisation_id, user, key, model, first, last)
        page = await read.listing(asks, query, cursor, limit)
        return PromptPage(
            items=[PromptOut(**_members(each)) for each in page.items], next_cursor=page.next_cursor
        )

    @router.get("/{prompt_id}")
    async def get(prompt_id: str, asks: Principal = caller) -> PromptWhole:
        entry, words = await read.get(asks, prompt_id)
        return PromptWhole(
            **_members(entry),
            request=words.request.decode(errors="replace"),
            content_type=words.content_type.decode("latin-1"),
            answer=words.answer.decode(errors="replace"),
            truncated=words.truncated,
        )

    return router


def _members(entry: LoggedPrompt) -> dict[str, Any]:
    shown = asdict(entry)
    del shown["organisation_id"]
    return shown | {
        "user": shown.pop("subject_id"),
        "key": shown.pop("key_id"),
        "at": entry.at.astimezone(UTC),
    }
