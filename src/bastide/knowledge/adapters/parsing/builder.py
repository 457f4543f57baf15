"""Collects blocks and pages into one text whose offsets are right by construction."""

import re
import unicodedata

from bastide.knowledge.adapters.parsing.dates import iso_date
from bastide.knowledge.domain.errors import DocumentTooLargeError
from bastide.knowledge.domain.extraction import Attachment, Block, BlockKind, ExtractedText, PageSpan

_LINE_ENDS = re.compile(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
# Controls, soft hyphens, zero-width marks, lone surrogates: nobody sees them, every search stumbles.
_INVISIBLE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]"
)
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]{2,}|[\t\u2000-\u2006\u2008-\u200a\u3000]")
_SPACE_AT_LINE_EDGE = re.compile(r"[^\S\n]*\n[^\S\n]*")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'»”’)\]]*$")
_CLOSE = (BlockKind.LIST_ITEM, BlockKind.TABLE_ROW)
_DATES = frozenset({"created", "modified", "date"})


def clean(text: str, *, keep_spaces: bool = False) -> str:
    """NFC, lines ending in LF, without what cannot be seen; runs of spaces become one unless kept."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)).translate(_LIGATURES)
    if not keep_spaces:
        text = _SPACE_AT_LINE_EDGE.sub("\n", _SPACES.sub(" ", text))
        text = text.strip()
    else:
        text = text.rstrip().strip("\n")
    return unicodedata.normalize("NFC", text)


class TextBuilder:
    """Blocks are set apart by a blank line; list items and table rows in a row by a line break."""

    def __init__(self, max_chars: int) -> None:
        self._max_chars = max_chars
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._pages: list[PageSpan] = []
        self._page: tuple[int, int, bool] | None = None
        self.title = ""
        self.metadata: dict[str, str] = {}
        self.attachments: list[Attachment] = []
        self.warnings: list[str] = []

    @property
    def is_empty(self) -> bool:
        return not self._blocks

    @property
    def ends_open(self) -> bool:
        """The last block is a paragraph whose sentence has not ended."""
        if not self._blocks or self._blocks[-1].kind is not BlockKind.PARAGRAPH:
            return False
        return _SENTENCE_END.search(self._parts[-1]) is None

    def warn(self, code: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)

    def add(
        self, kind: BlockKind, text: str, *, level: int = 0, header: str = "", continues: bool = False
    ) -> None:
        """Append a block; blank text is left out.

        With `continues` the sentence of the block before goes on here (over a page break), so that only
        a line break sets them apart.

        Raises:
            DocumentTooLargeError: the text is longer than allowed.
        """
        text = clean(text, keep_spaces=kind is BlockKind.CODE)
        if not text:
            return
        separator = self._separator(kind, continues=continues)
        start = self._length + len(separator)
        self._parts += [separator, text]
        self._length = start + len(text)
        if self._length > self._max_chars:
            raise DocumentTooLargeError(
                f"The document holds more than {self._max_chars} characters.", max_text_chars=self._max_chars
            )
        self._blocks.append(Block(kind, start, self._length, level, header))

    def heading(self, text: str, level: int) -> None:
        self.add(BlockKind.HEADING, " ".join(text.split()), level=level)

    def paragraph(self, text: str) -> None:
        self.add(BlockKind.PARAGRAPH, text)

    def open_page(self, number: int, *, ocr: bool = False) -> None:
        """What follows is on this page, until the next one opens."""
        self._close_page()
        self._page = (number, len(self._blocks), ocr)

    def build(self, media_type: str) -> ExtractedText:
        self._close_page()
        self._page = None
        return ExtractedText(
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            pages=tuple(self._pages),
            title=clean(self.title),
            media_type=media_type,
            metadata={
                key: iso_date(value) if key in _DATES else value
                for key, said in self.metadata.items()
                if (value := clean(said))
            },
            attachments=tuple(self.attachments),
            warnings=tuple(self.warnings),
        )

    def _separator(self, kind: BlockKind, *, continues: bool) -> str:
        if not self._blocks:
            return ""
        in_a_row = kind in _CLOSE and self._blocks[-1].kind is kind
        return "\n" if in_a_row or continues else "\n\n"

    def _close_page(self) -> None:
        if self._page is None:
            return
        number, first, ocr = self._page
        blocks = self._blocks[first:]
        start = blocks[0].start if blocks else self._length
        self._pages.append(PageSpan(number, start, blocks[-1].end if blocks else start, ocr))
