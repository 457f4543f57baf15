"""The routes of what was read in a document: its text, and where a stretch of it stands on its pages."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from bastide.identity.contract import Principal
from bastide.knowledge.usecases.read_text import ReadText


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


def text_router(text: ReadText, principal: Callable[[Request], Principal]) -> APIRouter:
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

    return router
