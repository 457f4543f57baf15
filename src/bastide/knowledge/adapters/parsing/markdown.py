"""Markdown: headings, lists, tables, code and front matter; marks that only style are taken off."""

import re

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.html import plain_html
from bastide.knowledge.adapters.parsing.plain import text_of
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.adapters.parsing.tables import add_table
from bastide.knowledge.domain.extraction import BlockKind

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)")
_RULE = re.compile(r" {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_QUOTE = re.compile(r"\A[ \t]*(?:>[ \t]?)+")
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(r"([\w-]+):[ \t]+(\S.*)$", re.MULTILINE)
_CELL_EDGE = re.compile(r"(?<!\\)\|")

_IMAGE = re.compile(r"!\[([^\]\n]*)\]\([^()\s]*(?:[ \t]+\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\]\n]+)\](?:\((?:[^()\n]|\([^()\n]*\))*\)|\[[^\]\n]*\])")
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^<>\s]+)>")
_STRONG = re.compile(r"(\*\*|__|~~)(?=\S)(.{1,1000}?)(?<=\S)\1", re.DOTALL)
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])(.{1,1000}?)(?<=[^\s*_])\1(?![\w*])", re.DOTALL)
_CODE = re.compile(r"(`{1,5})(.{1,1000}?)\1", re.DOTALL)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def read_markdown(source: Source, out: TextBuilder) -> None:
    text = _COMMENT.sub("", text_of(source)).lstrip("\ufeff")
    if front := _FRONT_MATTER.match(text):
        for name, value in _FIELD.findall(front.group(1)):
            out.metadata.setdefault(name, value.strip().strip("\"'"))
        out.title = out.metadata.get("title", "")
        out.heading(out.title, 1)
        text = text[front.end() :]
    _Blocks(text.split("\n"), out).read()


def inline(text: str) -> str:
    """The words of a stretch of Markdown."""
    text = _IMAGE.sub(r"\1", text)
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _CODE.sub(r"\2", _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text)))
    return _ESCAPE.sub(r"\1", plain_html(text) if _TAG.search(text) or "&" in text else text)


class _Blocks:
    """One pass over the lines."""

    def __init__(self, lines: list[str], out: TextBuilder) -> None:
        self._lines = lines
        self._out = out
        self._at = 0
        self._open: list[str] = []
        self._kind = BlockKind.PARAGRAPH

    def read(self) -> None:
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if not (self._fence(line) or self._table(line) or self._heading(line)):
                self._text(line)
                self._at += 1
        self._flush()

    def _flush(self) -> None:
        if self._open:
            self._out.add(self._kind, inline("\n".join(self._open)))
        self._open, self._kind = [], BlockKind.PARAGRAPH

    def _fence(self, line: str) -> bool:
        fence = _FENCE.match(line)
        if not fence:
            return False
        self._flush()
        mark = fence.group(1)
        end = self._at + 1
        while end < len(self._lines) and not self._lines[end].lstrip().startswith(mark):
            end += 1
        self._out.add(BlockKind.CODE, "\n".join(self._lines[self._at + 1 : end]))
        self._at = end + 1
        return True

    def _table(self, line: str) -> bool:
        following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else ""
        if "|" not in line or "|" not in following or not _TABLE_RULE.match(following):
            return False
        self._flush()
        rows = [_cells(line)]
        self._at += 2
        while self._at < len(self._lines) and "|" in self._lines[self._at]:
            rows.append(_cells(self._lines[self._at]))
            self._at += 1
        add_table(rows, self._out)
        return True

    def _heading(self, line: str) -> bool:
        if heading := _HEADING.match(line):
            self._flush()
            self._out.heading(inline(heading.group(2) or ""), len(heading.group(1)))
        elif self._open and self._kind is BlockKind.PARAGRAPH and (under := _SETEXT.match(line)):
            text, self._open = inline("\n".join(self._open)), []
            self._out.heading(text, 1 if under.group(1)[0] == "=" else 2)
        else:
            return False
        self._at += 1
        return True

    def _text(self, line: str) -> None:
        if not line.strip() or _RULE.match(line):
            self._flush()
        elif item := _ITEM.match(line):
            self._flush()
            self._kind = BlockKind.LIST_ITEM
            self._open.append("- " + line[item.end() :] if line.lstrip()[0] in "-*+" else line.strip())
        else:
            self._open.append(_QUOTE.sub("", line, count=1).strip())


def _cells(line: str) -> list[str]:
    row = line.strip().removeprefix("|")
    row = row[:-1] if row.endswith("|") and not row.endswith("\\|") else row
    return [inline(cell.strip()).replace("\\|", "|") for cell in _CELL_EDGE.split(row)]
