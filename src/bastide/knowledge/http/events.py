"""`GET /api/v1/documents/events`: documents as they change, as server-sent events."""

import time
from collections.abc import AsyncGenerator, Callable

import msgspec
from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse

from bastide.identity.contract import Principal
from bastide.kit.sse import SseEvent, comment, encode
from bastide.knowledge.http.views import document_view
from bastide.knowledge.usecases.see import Seen
from bastide.knowledge.usecases.watch import Gone, Watch

_QUIET_S = 15.0
_LONGEST_S = 600.0
"""Then the stream ends, and whoever comes back is authenticated again."""
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def events_router(watch: Watch, principal: Callable[[Request], Principal]) -> APIRouter:
    """Mount it before the routes of one document: `events` is no document's id."""
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    @router.get("/events", response_class=StreamingResponse)
    async def events(asks: Principal = caller) -> StreamingResponse:
        return StreamingResponse(_stream(watch, asks), media_type="text/event-stream", headers=_HEADERS)

    return router


async def _stream(watch: Watch, principal: Principal) -> AsyncGenerator[bytes]:
    end = time.monotonic() + _LONGEST_S
    yield comment("open")
    async for change in watch(principal, quiet_s=_QUIET_S):
        match change:
            case Seen():
                view = document_view(change)
                yield encode(SseEvent(view.model_dump_json(), "document"))
            case Gone():
                data = msgspec.json.encode({"document_id": change.document_id}).decode()
                yield encode(SseEvent(data, "deleted"))
            case None:
                yield comment("still here")
        if time.monotonic() > end:
            return
