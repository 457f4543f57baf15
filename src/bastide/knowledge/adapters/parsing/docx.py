"""Word (DOCX): headings, lists, tables, text boxes, notes; pages where Word has noted its breaks."""

import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from bastide.knowledge.adapters.parsing import archive
from bastide.knowledge.adapters.parsing.archive import local
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.docx_styles import Styles, styles_of
from bastide.knowledge.adapters.parsing.openxml import attribute, describe, main_part, named
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.tables import add_table
from bastide.knowledge.domain.extraction import BlockKind

_BODY = "word/document.xml"
_NOTES = ("word/footnotes.xml", "word/endnotes.xml")
_SEPARATORS = ("separator", "continuationSeparator", "continuationNotice")
# Deleted text of tracked changes, instructions of fields, the older copy of what is there twice.
_LEFT_OUT = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr"})
_HEADING_CHARS = 120
_BOLD_LEVEL = 3  # below the headings that have a style
_CHARACTERS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "ptab": " "}


def read_docx(source: Source, out: TextBuilder) -> None:
    with archive.opened(source.path) as package:
        describe(package, out)
        body = archive.xml(package, main_part(package, _BODY))
        _Body(styles_of(package), out).add(body)
        for note in _notes(package):
            out.paragraph(note)


class _Body:
    def __init__(self, styles: Styles, out: TextBuilder) -> None:
        self._styles = styles
        self._out = out
        self._page = 0  # 0: the document does not say where its pages end

    def add(self, document: Element) -> None:
        if any(True for _ in named(document, "lastRenderedPageBreak")):
            self._page = 1
            self._out.open_page(1)
        for element in document:
            self._blocks(element)

    def _blocks(self, parent: Element) -> None:
        for element in parent:
            match local(element):
                case "p":
                    self._paragraph(element)
                case "tbl":
                    self._table(element)
                case "sdt" | "sdtContent" | "customXml" | "ins" | "moveTo" | "smartTag":
                    self._blocks(element)
                case _:
                    pass

    def _paragraph(self, paragraph: Element) -> None:
        breaks = sum(1 for _ in named(paragraph, "lastRenderedPageBreak")) if self._page else 0
        if breaks and _breaks_first(paragraph):
            self._turn(1)
            breaks -= 1
        text = _text(paragraph)
        if level := self._styles.level_of(paragraph):
            self._out.heading(text, level)
        elif self._styles.is_item(paragraph) and text.strip():
            self._out.add(BlockKind.LIST_ITEM, f"- {text.strip()}")
        elif _looks_like_heading(paragraph, text):
            self._out.heading(text, _BOLD_LEVEL)
        else:
            self._out.paragraph(text)
        for box in _boxes(paragraph):
            self._blocks(box)
        self._turn(breaks)

    def _turn(self, pages: int) -> None:
        for _ in range(pages):
            self._page += 1
            self._out.open_page(self._page)

    def _table(self, table: Element) -> None:
        rows = [row for row in table if local(row) == "tr"]
        cells = [[cell for cell in row if local(cell) == "tc"] for row in rows]
        if max(map(len, cells), default=0) <= 1:  # a frame around text
            for row in cells:
                for cell in row:
                    self._blocks(cell)
            return
        header = next((n for n, row in enumerate(rows) if any(True for _ in named(row, "tblHeader"))), None)
        add_table([[_cell(cell) for cell in row] for row in cells], self._out, header_row=header)
        if self._page:
            self._turn(sum(1 for _ in named(table, "lastRenderedPageBreak")))


def _looks_like_heading(paragraph: Element, text: str) -> bool:
    """Short, all in bold, and no sentence: a heading of somebody who does not use styles."""
    text = text.strip()
    if not text or len(text) > _HEADING_CHARS or text[-1] in ".;:,…" or not any(map(str.isalpha, text)):
        return False
    runs = [run for run in named(paragraph, "r") if any((t.text or "").strip() for t in named(run, "t"))]
    return bool(runs) and all(_is_bold(run) for run in runs)


def _is_bold(run: Element) -> bool:
    properties = next((child for child in run if local(child) == "rPr"), None)
    marks = [] if properties is None else [child for child in properties if local(child) == "b"]
    return any(attribute(mark, "val") not in {"0", "false"} for mark in marks)


def _text(paragraph: Element) -> str:
    return "".join(_runs(paragraph))


def _runs(element: Element) -> Iterator[str]:
    """Text of the runs, without that of text boxes, which are blocks of their own."""
    for child in element:
        name = local(child)
        if name == "t":
            yield child.text or ""
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name not in _LEFT_OUT and name != "txbxContent":
            yield from _runs(child)


def _boxes(paragraph: Element) -> Iterator[Element]:
    for child in paragraph:
        if local(child) == "txbxContent":
            yield child
        elif local(child) != "Fallback":
            yield from _boxes(child)


def _breaks_first(paragraph: Element) -> bool:
    """The page turns before any of the paragraph's text."""
    for element in paragraph.iter():
        if local(element) == "t" and (element.text or "").strip():
            return False
        if local(element) == "lastRenderedPageBreak":
            return True
    return False


def _cell(cell: Element) -> str:
    return " ".join(text for paragraph in named(cell, "p") if (text := _text(paragraph).strip()))


def _notes(package: zipfile.ZipFile) -> Iterator[str]:
    for part in _NOTES:
        if part not in package.namelist():
            continue
        for note in archive.xml(package, part):
            if attribute(note, "type") not in _SEPARATORS:
                yield " ".join(_text(paragraph).strip() for paragraph in named(note, "p"))
