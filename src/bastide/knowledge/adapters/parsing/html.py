"""HTML: what a reader of the page would read."""

import html
import re
from html.parser import HTMLParser

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.plain import text_of
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.tables import add_table
from bastide.knowledge.domain.extraction import BlockKind

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_SKIPPED_WORDS = "script style template noscript svg nav iframe object select button math"
_SKIPPED = frozenset(_SKIPPED_WORDS.split())
_VOID_WORDS = "br hr img input meta link col area base wbr embed source"
_VOID = frozenset(_VOID_WORDS.split())
_BLOCK_WORDS = (
    "p div section article header footer main aside ul ol dl dt dd body blockquote figure figcaption form "
    "fieldset address details summary hr caption center html head option legend label tbody thead tfoot"
)
_BLOCKS = frozenset(_BLOCK_WORDS.split())
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_WHITE = re.compile(r"[ \t\n\r\f]+")
_METADATA = {"author": "author", "description": "description", "keywords": "keywords", "date": "created"}


def read_html(source: Source, out: TextBuilder) -> None:
    add_html(text_of(source), out)


def add_html(text: str, out: TextBuilder) -> None:
    """Add a page, or a part of one."""
    page = _Page(out)
    page.feed(_closed(text))
    page.close()
    page.flush()
    page.end_tables()


def _closed(text: str) -> str:
    """Without a comment that never ends; what looks like a last tag that never ends is text.

    The parser would try again from each of its characters.
    """
    comment = text.find("<!--", text.rfind("-->") + 1)
    text = text if comment < 0 else text[:comment]
    end = text.rfind(">") + 1
    return text[:end] + text[end:].replace("<", "&lt;")


def plain_html(text: str) -> str:
    """The text of a fragment, without its structure."""
    return html.unescape(_TAG.sub("", text))


class _Table:
    """Rows being collected. A table that holds tables only lays out the page: its cells are paragraphs."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.header: int | None = None
        self.is_layout = False
        self.in_cell = False


class _Page(HTMLParser):
    def __init__(self, out: TextBuilder) -> None:
        super().__init__(convert_charrefs=True)
        self._out = out
        self._words: list[str] = []
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._skipping: list[str] = []
        self._tables: list[_Table] = []
        self._preformatted = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.append(tag)
            return
        if tag in _SKIPPED or (tag not in _VOID and any(name == "hidden" for name, _ in attrs)):
            self._skipping.append(tag)
        elif tag == "br":
            self._words.append("\n")
        elif tag == "meta":
            self._meta({name: value or "" for name, value in attrs})
        elif tag == "title":
            self.flush()
            self._in_title = True
        elif tag in {"table", "tr", "td", "th"}:
            self._start_table(tag)
        elif tag in _HEADINGS or tag in _BLOCKS or tag in {"li", "pre"}:
            self._start_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag == self._skipping[-1]:
                self._skipping.pop()
        elif tag == "title":
            self._in_title = False
        elif tag in {"td", "th", "tr", "table"}:
            self._end_table(tag)
        elif tag in _HEADINGS or tag in _BLOCKS or tag in {"li", "pre"}:
            self.flush()
            if tag == "pre":
                self._preformatted = max(0, self._preformatted - 1)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._out.title += data
        elif not self._skipping:
            self._words.append(data if self._preformatted else _WHITE.sub(" ", data))

    def flush(self) -> None:
        """End the block that is open; in a cell of a table its words wait for the end of the cell."""
        if self._tables and self._tables[-1].in_cell and not self._tables[-1].is_layout:
            self._words.append(" ")
            return
        text = "".join(self._words)
        self._words = []
        if self._preformatted:
            self._out.add(BlockKind.CODE, text)
        elif self._kind is BlockKind.HEADING:
            self._out.heading(text, self._level)
        elif text.strip():
            self._out.add(self._kind, ("- " if self._kind is BlockKind.LIST_ITEM else "") + text.strip())
        self._kind = BlockKind.PARAGRAPH

    def end_tables(self) -> None:
        """For pages that end inside one."""
        while self._tables:
            self._end_table("table")

    def _start_block(self, tag: str) -> None:
        self.flush()
        if tag in _HEADINGS:
            self._kind, self._level = BlockKind.HEADING, _HEADINGS[tag]
        elif tag == "li":
            self._kind = BlockKind.LIST_ITEM
        elif tag == "pre":
            self._preformatted += 1

    def _start_table(self, tag: str) -> None:
        if tag == "table":
            if self._tables:
                self._lay_out(self._tables[-1])
            self.flush()
            self._tables.append(_Table())
        elif self._tables:
            table = self._tables[-1]
            self._end_cell(table)
            if tag == "tr":
                table.rows.append([])
                return
            table.in_cell = True
            if tag == "th" and table.header is None and len(table.rows) <= 1:
                table.header = 0

    def _end_table(self, tag: str) -> None:
        if not self._tables:
            return
        table = self._tables[-1]
        self._end_cell(table)
        if tag == "table":
            self._tables.pop()
            self._emit(table)

    def _end_cell(self, table: _Table) -> None:
        if table.is_layout:
            self.flush()
        elif table.in_cell:
            if not table.rows:
                table.rows.append([])
            table.rows[-1].append("".join(self._words))
            self._words = []
        table.in_cell = False

    def _lay_out(self, table: _Table) -> None:
        """Found to hold a table: what it collected so far are paragraphs."""
        words, self._words = self._words, []
        self._emit(table)
        table.rows, table.is_layout = [], True
        self._words = words
        self.flush()

    def _emit(self, table: _Table) -> None:
        rows = [row for row in table.rows if any(cell.strip() for cell in row)]
        if max(map(len, rows), default=0) > 1:
            add_table(rows, self._out, header_row=-1 if table.header is None else table.header)
            return
        for row in rows:
            self._out.paragraph(" ".join(row))

    def _meta(self, attrs: dict[str, str]) -> None:
        name = _METADATA.get(attrs.get("name", "").lower())
        if name and attrs.get("content"):
            self._out.metadata.setdefault(name, attrs["content"])
