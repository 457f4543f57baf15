"""The straight lines that a PDF page draws: strokes, thin rectangles, and the sides of filled ones."""

import ctypes
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfPage

from bastide.knowledge.adapters.parsing.pdf_frame import Box, Frame
from bastide.knowledge.adapters.parsing.ruled import Rule, rules

_THIN = 3.0  # points
_STRAIGHT = 0.5
_MOST_PATHS = 3000
_MOST_POINTS = 2000


def drawn_rules(page: PdfPage, frame: Frame) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """Horizontal and vertical ones, as the frame shows them."""
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for box in _strokes(page):
        x0, top, x1, bottom = frame.shown(*box)
        if bottom - top <= _THIN:
            horizontal.append(Rule((top + bottom) / 2, x0, x1))
        elif x1 - x0 <= _THIN:
            vertical.append(Rule((x0 + x1) / 2, top, bottom))
    return rules(horizontal), rules(vertical)


def _strokes(page: PdfPage) -> Iterator[Box]:
    handle = page.raw
    paths = 0
    for index in range(pdfium_c.FPDFPage_CountObjects(handle)):
        item = pdfium_c.FPDFPage_GetObject(handle, index)
        if pdfium_c.FPDFPageObj_GetType(item) != pdfium_c.FPDF_PAGEOBJ_PATH or not _is_seen(item):
            continue
        paths += 1
        if paths > _MOST_PATHS:
            return
        box = _bounds(item)
        if box[2] - box[0] <= _THIN or box[3] - box[1] <= _THIN:
            yield box
        else:
            yield from _sides(item)


def _is_seen(path: Any) -> bool:
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    pdfium_c.FPDFPath_GetDrawMode(path, ctypes.byref(fill), ctypes.byref(stroke))
    return bool(fill.value or stroke.value)


def _bounds(item: Any) -> Box:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium_c.FPDFPageObj_GetBounds(
        item, ctypes.byref(left), ctypes.byref(bottom), ctypes.byref(right), ctypes.byref(top)
    )
    return left.value, bottom.value, right.value, top.value


def _sides(path: Any) -> Iterator[Box]:
    """The straight sides of a path, in the page's space."""
    count = pdfium_c.FPDFPath_CountSegments(path)
    if count > _MOST_POINTS:
        return
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix))
    outline: list[tuple[float, float]] = []
    for index in range(count):
        segment = pdfium_c.FPDFPath_GetPathSegment(path, index)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind != pdfium_c.FPDF_SEGMENT_LINETO:
            yield from _straight(outline)
            outline = []
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        outline.append(
            (
                matrix.a * x.value + matrix.c * y.value + matrix.e,
                matrix.b * x.value + matrix.d * y.value + matrix.f,
            )
        )
        if pdfium_c.FPDFPathSegment_GetClose(segment):
            outline.append(outline[0])
    yield from _straight(outline)


def _straight(outline: list[tuple[float, float]]) -> Iterator[Box]:
    for (x0, y0), (x1, y1) in pairwise(outline):
        if abs(x1 - x0) <= _STRAIGHT or abs(y1 - y0) <= _STRAIGHT:
            yield x0, y0, x1, y1
