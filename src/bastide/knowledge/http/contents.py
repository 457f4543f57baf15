"""The routes of what is in a document: its text, its bytes, places on its pages."""

import re
from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel

from bastide.identity.contract import Principal
from bastide.knowledge.domain.media_type import INLINE
from bastide.knowledge.usecases.read_content import ReadContent
from bastide.knowledge.usecases.read_text import ReadText

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
# What was uploaded is somebody else's: shown, it may run nothing and reach nothing.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}


class PageView(BaseModel):
    """Characters `start` to `end` of the text; `ocr`: read from pixels."""

    number: int
    start: int
    end: int
    ocr: bool


class BlockView(BaseModel):
    kind: str
    start: int
    end: int
    level: int


class TextView(BaseModel):
    document_id: str
    version: int
    text: str
    pages: list[PageView]
    blocks: list[BlockView]


class RectangleView(BaseModel):
    """In points, from the top left of the page as shown."""

    x0: float
    y0: float
    x1: float
    y1: float


class PageRectangles(BaseModel):
    page: int
    width: float
    height: float
    rectangles: list[RectangleView]


class Rectangles(BaseModel):
    pages: list[PageRectangles]


def contents_router(
    text: ReadText, content: ReadContent, principal: Callable[[Request], Principal]
) -> APIRouter:
    router = APIRouter(prefix="/api/v1/documents", tags=["documents"])
    caller = Depends(principal)

    @router.get("/{document_id}/text")
    async def read_text(document_id: str, version: int | None = None, asks: Principal = caller) -> TextView:
        found, extracted = await text.text(asks, document_id, version)
        return TextView(
            document_id=document_id,
            version=found.number,
            text=extracted.text,
            pages=[PageView(number=p.number, start=p.start, end=p.end, ocr=p.ocr) for p in extracted.pages],
            blocks=[
                BlockView(kind=block.kind.value, start=block.start, end=block.end, level=block.level)
                for block in extracted.blocks
            ],
        )

    @router.get("/{document_id}/rectangles")
    async def rectangles(
        document_id: str,
        start: Annotated[int, Query(ge=0)],
        end: Annotated[int, Query(ge=0)],
        version: int | None = None,
        asks: Principal = caller,
    ) -> Rectangles:
        pages = await text.rectangles(asks, document_id, version, start, end)
        return Rectangles(
            pages=[
                PageRectangles(
                    page=page.page,
                    width=page.width,
                    height=page.height,
                    rectangles=[
                        RectangleView(x0=one.x0, y0=one.y0, x1=one.x1, y1=one.y1) for one in page.rectangles
                    ],
                )
                for page in pages
            ]
        )

    @router.get("/{document_id}/content", response_class=Response)
    async def read_content(
        request: Request, document_id: str, version: int | None = None, asks: Principal = caller
    ) -> Response:
        document, found = await content(asks, document_id, version)
        headers = {**_SAFE, "Content-Disposition": _disposition(document.filename, found.media_type)}
        stretch = _stretch(request.headers.get("range"), found.size)
        if stretch is None:
            headers["Content-Range"] = f"bytes */{found.size}"
            return Response(status_code=416, headers=headers)
        start, end = stretch
        headers["Content-Length"] = str(end - start)
        partial = end - start < found.size
        if partial:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.size}"
        media_type = "text/plain; charset=utf-8" if found.media_type == "text/plain" else found.media_type
        return StreamingResponse(
            content.bytes(found, start, end), 206 if partial else 200, headers, media_type
        )

    return router


def _stretch(header: str | None, size: int) -> tuple[int, int] | None:
    """Start and exclusive end of the one range asked for (RFC 9110, section 14.1.2); all of it where there is
    none that can be understood; None where it lies outside.
    """
    match = _RANGE.fullmatch(header or "")
    if match is None or not any(match.groups()):
        return 0, size
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    return (start, end) if start < end else None


def _disposition(filename: str, media_type: str) -> str:
    kind = "inline" if media_type in INLINE else "attachment"
    return f"{kind}; filename*=UTF-8''{quote(filename, safe='')}"
