"""PDF, page by page with pdfium: text where there is text, OCR where there are only pixels."""

import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfDocument, PdfiumError

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.layout import passages_of
from bastide.knowledge.adapters.parsing.lines import PageLines, Passage, PrintedTable
from bastide.knowledge.adapters.parsing.pdf_lines import page_lines
from bastide.knowledge.adapters.parsing.pdf_ocr import recognised
from bastide.knowledge.adapters.parsing.running import without_running_lines
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.style import style_of
from bastide.knowledge.adapters.parsing.tables import add_table, row_text
from bastide.knowledge.domain.errors import (
    DocumentCorruptError,
    DocumentEncryptedError,
    DocumentTooLargeError,
)
from bastide.knowledge.domain.extraction import BlockKind

_BELOW_TITLE = 3
_SAME_EDGE = 3.0  # points
_METADATA = {"Author": "author", "Subject": "subject", "Keywords": "keywords", "CreationDate": "created"}
_NO_TITLE = re.compile(
    r"(?i)^(?:microsoft word - .*|untitled.*|sans titre.*|document\d*|.*\.(?:docx?|odt|pdf|tex|indd))$"
)


def read_pdf(source: Source, out: TextBuilder) -> None:
    with opened(source) as document:
        _describe(document, out)
        pages = [_read(document, number, source) for number in range(len(document))]
        pages = recognised(document, pages, source, out)
    add_pages(pages, out)


def add_pages(pages: Sequence[PageLines], out: TextBuilder) -> None:
    """Lay the lines out as blocks, each page a page."""
    style = style_of(pages)
    slides = 2 * sum(page.width > page.height for page in pages) > len(pages)
    table: tuple[PrintedTable, str] | None = None  # the last block, with its header
    for number, page in enumerate(without_running_lines(pages), 1):
        out.open_page(number, ocr=page.recognised is not None)
        first = True
        passages = passages_of(page, style) if page.recognised is None else page.recognised
        for passage in _as_slide(passages) if slides else passages:
            if passage.table:
                table = _add_table(passage.table, out, table if first else None)
                first = False
                continue
            table = None
            continues = (
                first and out.ends_open and passage.kind is BlockKind.PARAGRAPH and passage.text[0].islower()
            )
            out.add(passage.kind, passage.text, level=passage.level, continues=continues)
            first = False


def _add_table(
    table: PrintedTable, out: TextBuilder, before: tuple[PrintedTable, str] | None
) -> tuple[PrintedTable, str]:
    """A table that goes on from the page before goes on under its header, unless it repeats it."""
    header = before[1] if before and _alike(before[0].edges, table.edges) else ""
    marked = -1 if header and row_text(table.rows[0]) != header else table.header_row
    return table, add_table(table.rows, out, header_row=marked, header=header)


def _alike(a: Sequence[float], b: Sequence[float]) -> bool:
    return len(a) == len(b) and all(abs(x - y) <= _SAME_EDGE for x, y in zip(a, b, strict=True))


def _as_slide(passages: Sequence[Passage]) -> list[Passage]:
    """The largest heading is the slide's title and comes first; the others only divide the slide."""
    levels = [passage.level for passage in passages if passage.level]
    title = next((passage for passage in passages if levels and passage.level == min(levels)), None)
    rest = [
        replace(passage, level=max(_BELOW_TITLE, passage.level)) if passage.level else passage
        for passage in passages
        if passage is not title
    ]
    return rest if title is None else [replace(title, level=1), *rest]


@contextmanager
def opened(source: Source) -> Generator[PdfDocument]:
    """Raises the error of the document when pdfium cannot open it."""
    try:
        document = PdfDocument(source.path, password=source.password)
    except PdfiumError as error:
        raise _why(error, given=source.password is not None) from error
    try:
        if len(document) > source.limits.max_pages:
            raise DocumentTooLargeError(
                f"The document has more than {source.limits.max_pages} pages.",
                pages=len(document),
                max_pages=source.limits.max_pages,
            )
        yield document
    finally:
        document.close()


def _why(error: PdfiumError, *, given: bool) -> DocumentEncryptedError | DocumentCorruptError:
    if getattr(error, "err_code", None) == pdfium_c.FPDF_ERR_PASSWORD or "password" in str(error).lower():
        return DocumentEncryptedError.locked(given=given)
    return DocumentCorruptError("The file is damaged.", reason=str(error))


def _read(document: PdfDocument, index: int, source: Source) -> PageLines:
    source.report(index, len(document))
    try:
        page = document[index]
    except PdfiumError:
        return PageLines()  # one broken page does not spoil the others
    try:
        return page_lines(page)
    finally:
        page.close()


def _describe(document: PdfDocument, out: TextBuilder) -> None:
    found = document.get_metadata_dict(skip_empty=True)
    title = found.get("Title", "").strip()
    out.title = "" if _NO_TITLE.match(title) else title
    for theirs, ours in _METADATA.items():
        if theirs in found:
            out.metadata[ours] = found[theirs]
