"""Plain text: paragraphs set apart by blank lines, kept line by line as they were written."""

import re

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.encoding import decode
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.errors import DocumentUnsupportedError
from bastide.knowledge.domain.extraction import BlockKind

_BLANK_LINES = re.compile(r"\n\s*\n")
_ITEM = re.compile(r"^[ \t]*(?:[-–—•◦▪*·‣]|\(?(?:\d{1,3}|[a-zA-Z])[.)])[ \t]+\S")


def text_of(source: Source) -> str:
    """Raises DocumentUnsupportedError when the bytes are not text."""
    text = decode(source.path.read_bytes())
    if text is None:
        raise DocumentUnsupportedError("Bastide does not read files of this kind.", filename=source.filename)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_plain(source: Source, out: TextBuilder) -> None:
    add_plain(text_of(source), out)


def add_plain(text: str, out: TextBuilder) -> None:
    """Add text without markup; also that of an e-mail."""
    for passage in _BLANK_LINES.split(text):
        lines: list[str] = []
        item = False
        for line in passage.split("\n"):
            if _ITEM.match(line) or (item and not line.startswith((" ", "\t"))):
                _add(lines, out, item=item)
                lines, item = [], bool(_ITEM.match(line))
            lines.append(line)
        _add(lines, out, item=item)


def _add(lines: list[str], out: TextBuilder, *, item: bool) -> None:
    out.add(BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH, "\n".join(lines))
