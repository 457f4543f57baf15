"""The lines of a PDF page in reading order: one order for its text and for the places of quotes."""

from dataclasses import replace
from typing import Any, cast

from pypdfium2 import PdfPage, PdfTextPage

from bastide.knowledge.adapters.parsing.lines import Line, PageLines
from bastide.knowledge.adapters.parsing.pdf_characters import Reader, direction_of
from bastide.knowledge.adapters.parsing.pdf_frame import Frame, frame_of
from bastide.knowledge.adapters.parsing.pdf_rules import drawn_rules
from bastide.knowledge.adapters.parsing.pdf_tables import may_hold_tables, with_tables


def page_lines(page: PdfPage) -> PageLines:
    """The page turned so that most of its text is upright, which is not always how it is shown."""
    text = upright_text(page)
    try:
        frame = replace(frame_of(page), rotation=direction_of(text))
        lines = [line for _, line in _lines(page, text, frame)]
        return PageLines(tuple(lines), frame.width, frame.height)
    finally:
        text.close()


def upright_text(page: PdfPage) -> PdfTextPage:
    """To be closed. Pdfium finds the order of lines only on a page that is turned as its text runs."""
    untyped = cast("Any", page)
    text, shown = page.get_textpage(), page.get_rotation()
    direction = direction_of(text)
    if direction == shown:
        return text
    text.close()
    untyped.set_rotation(direction)
    try:
        return page.get_textpage()
    finally:
        untyped.set_rotation(shown)


def reading_order(page: PdfPage, text: PdfTextPage) -> list[int]:
    """Indices of the characters, line by line as `page_lines` has them."""
    frame = replace(frame_of(page), rotation=direction_of(text))
    return [index for (start, end), _ in _lines(page, text, frame) for index in range(start, end)]


def _lines(page: PdfPage, text: PdfTextPage, frame: Frame) -> list[tuple[tuple[int, int], Line]]:
    """Stretches of characters and the lines that they are, from the top of the page down."""
    reader = Reader(text, frame)
    lines = reader.lines()
    if not may_hold_tables([line for _, line in lines], frame.height):
        return lines
    return with_tables(lines, reader, lambda: drawn_rules(page, frame), frame.height)
