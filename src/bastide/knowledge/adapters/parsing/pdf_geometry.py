"""Where a quote stands on the pages of a PDF, by pdfium's character boxes."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

from bastide.knowledge.adapters.parsing.pdf_characters import characters, direction_of
from bastide.knowledge.adapters.parsing.pdf_frame import Box, Frame, frame_of
from bastide.knowledge.adapters.parsing.pdf_lines import reading_order, upright_text
from bastide.knowledge.domain.quote_search import find_quote
from bastide.knowledge.ports.geometry import PageGeometry, Rectangle

_SAME_LINE = 0.5  # of the height of the lower box
_GAP = 3.0  # times the height: what is farther away is another column


def locate(
    path: Path, quote: str, pages: Sequence[int], password: str | None, before: str
) -> tuple[PageGeometry, ...]:
    """As `Geometry.locate`; raises PdfiumError when the file cannot be opened."""
    document = PdfDocument(path, password=password)
    try:
        found = [
            _on_page(document, number, quote, before) for number in pages if 1 <= number <= len(document)
        ]
    finally:
        document.close()
    return tuple(geometry for geometry in found if geometry is not None)


def _on_page(document: PdfDocument, number: int, quote: str, before: str) -> PageGeometry | None:
    page = document[number - 1]
    text = upright_text(page)
    try:
        order = reading_order(page, text)
        read = characters(text)
        span = find_quote("".join(read[index] for index in order), quote, before)
        return None if span is None else _geometry(page, text, number, order[slice(*span)])
    finally:
        text.close()
        page.close()


def _geometry(page: PdfPage, text: PdfTextPage, number: int, indices: Sequence[int]) -> PageGeometry:
    frame = frame_of(page)
    boxes = [box for start, end in _runs(indices) for box in _boxes(text, start, end)]
    lines = _lines(boxes, replace(frame, rotation=direction_of(text)))
    rectangles = (Rectangle(number, *frame.shown(*box)) for box in lines)
    return PageGeometry(number, frame.width, frame.height, tuple(rectangles))


def _runs(indices: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches of indices that follow each other."""
    runs: list[tuple[int, int]] = []
    for index in indices:
        if runs and runs[-1][1] == index:
            runs[-1] = (runs[-1][0], index + 1)
        else:
            runs.append((index, index + 1))
    return runs


def _boxes(text: PdfTextPage, start: int, end: int) -> list[Box]:
    """One per run of the same font on a line."""
    untyped = cast("Any", text)
    return [untyped.get_rect(index) for index in range(untyped.count_rects(start, end - start))]


def _lines(boxes: Sequence[Box], upright: Frame) -> list[Box]:
    """One box per line, whichever way the lines run."""
    lines: list[Box] = []
    for box in boxes:
        if lines and _on_one_line(upright.shown(*lines[-1]), upright.shown(*box)):
            a = lines[-1]
            lines[-1] = (min(a[0], box[0]), min(a[1], box[1]), max(a[2], box[2]), max(a[3], box[3]))
        else:
            lines.append(box)
    return lines


def _on_one_line(a: Box, b: Box) -> bool:
    """Boxes as left, top, right, bottom."""
    height = min(a[3] - a[1], b[3] - b[1])
    overlap = min(a[3], b[3]) - max(a[1], b[1])
    apart = max(a[0], b[0]) - min(a[2], b[2])
    return overlap >= _SAME_LINE * height and apart <= _GAP * max(a[3] - a[1], b[3] - b[1])
