"""What a parser gives back: one text, and where things are in it."""

from dataclasses import dataclass, field
from enum import StrEnum


class BlockKind(StrEnum):
    """What a stretch of text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch `text[start:end]` of the extracted text. Blocks are in order and do not overlap.

    Attributes:
        level: 1.. for a heading (a sheet's or slide's name is a heading of level 1), 0 otherwise.
        header: for a table row, the header cells of its table ("Name | Amount"), so that a row alone
            makes sense; empty otherwise.
    """

    kind: BlockKind
    start: int
    end: int
    level: int = 0
    header: str = ""


@dataclass(frozen=True, slots=True)
class PageSpan:
    """Page, slide or sheet `number` (1-based) is `text[start:end]`; `ocr`: read from pixels."""

    number: int
    start: int
    end: int
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document inside a document (an e-mail's). `path` is a file that is there until `Parser.discard`."""

    filename: str
    path: str


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """A parsed document.

    Attributes:
        text: Unicode NFC, lines end in LF. All offsets are characters (code points) in it.
        pages: empty where the format has none.
        metadata: what the file says of itself (title, author, created …), strings.
        media_type: what the file is, told from its content.
        warnings: codes with which a user can do something: `ocr.unavailable`, `ocr.language_missing` …
    """

    text: str
    blocks: tuple[Block, ...]
    pages: tuple[PageSpan, ...] = ()
    title: str = ""
    media_type: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()
    warnings: tuple[str, ...] = ()
