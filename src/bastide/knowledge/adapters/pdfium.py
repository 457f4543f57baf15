"""Where a quote stands on the pages of a PDF, by PDFium's character boxes."""

import asyncio
import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdfium2
from pypdfium2 import raw

from bastide.knowledge.domain.quote_search import find_quote
from bastide.knowledge.ports.geometry import PageGeometry, Rectangle

_UNITS_PER_POINT = 100  # PDFium's device coordinates are whole numbers
_NOTHING_AFTER = -1


class PdfiumGeometry:
    """One call at a time: PDFium is not thread-safe."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def locate(
        self, path: Path, quote: str, pages: Sequence[int], password: str | None = None
    ) -> list[PageGeometry]:
        async with self._turn:
            return await asyncio.to_thread(_locate, path, quote, pages, password)


def _locate(path: Path, quote: str, pages: Sequence[int], password: str | None) -> list[PageGeometry]:
    with pypdfium2.PdfDocument(path, password=password) as document:
        numbers = [number for number in pages if 1 <= number <= len(document)]
        found = [_on_page(document[number - 1], number, quote) for number in numbers]
    return [geometry for geometry in found if geometry is not None]


def _on_page(page: pypdfium2.PdfPage, number: int, quote: str) -> PageGeometry | None:
    text = page.get_textpage()
    span = find_quote(text.get_text_range(0, _NOTHING_AFTER), quote)
    if span is None:
        return None
    start, end = span
    width, height = page.get_size()
    count = text.count_rects(start, end - start)
    rectangles = tuple(_shown(page, number, _box(text, index)) for index in range(count))
    return PageGeometry(number, width, height, rectangles)


def _box(text: Any, index: int) -> tuple[float, float, float, float]:
    """Left, bottom, right, top; untyped in the library."""
    return text.get_rect(index)


def _shown(page: pypdfium2.PdfPage, number: int, box: tuple[float, float, float, float]) -> Rectangle:
    """From the page's own space to the page as it is shown: cropped, rotated, origin at the top left."""
    left, bottom, right, top = box
    xs, ys = zip(_device(page, left, bottom), _device(page, right, top), strict=True)
    return Rectangle(number, min(xs), min(ys), max(xs), max(ys))


def _device(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    width, height = (round(side * _UNITS_PER_POINT) for side in page.get_size())
    device_x, device_y = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, width, height, 0, x, y, ctypes.byref(device_x), ctypes.byref(device_y))
    return device_x.value / _UNITS_PER_POINT, device_y.value / _UNITS_PER_POINT
