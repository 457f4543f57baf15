"""The stored form of an extraction: JSON, one object per version."""

from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from bastide.knowledge.domain.extraction import Block, BlockKind, ExtractedText, PageSpan

_BlockRow: TypeAlias = tuple[str, int, int, int, str]
_PageRow: TypeAlias = tuple[int, int, int, bool]


class _Artefact(msgspec.Struct):
    text: str
    blocks: list[_BlockRow]
    pages: list[_PageRow]
    title: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class StoredText:
    """What reading a version gave, without attachments and facts (they are rows)."""

    extracted: ExtractedText
    language: str


def encoded(extracted: ExtractedText, language: str) -> bytes:
    """Equal extractions give equal bytes."""
    blocks = [
        (block.kind.value, block.start, block.end, block.level, block.header) for block in extracted.blocks
    ]
    pages = [(page.number, page.start, page.end, page.ocr) for page in extracted.pages]
    return msgspec.json.encode(_Artefact(extracted.text, blocks, pages, extracted.title, language))


def decoded(data: bytes) -> StoredText:
    """The opposite of `encoded`."""
    artefact = msgspec.json.decode(data, type=_Artefact)
    extracted = ExtractedText(
        text=artefact.text,
        blocks=tuple(Block(BlockKind(row[0]), *row[1:]) for row in artefact.blocks),
        pages=tuple(PageSpan(*row) for row in artefact.pages),
        title=artefact.title,
    )
    return StoredText(extracted, artefact.language)
