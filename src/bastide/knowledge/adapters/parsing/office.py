"""Word processing and spreadsheets, by kreuzberg's native readers."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kreuzberg import ExtractionConfig, ExtractionResult, KreuzbergError, extract_file_sync

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.source import Reader, Source
from bastide.knowledge.adapters.parsing.tables import add_table
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentEncryptedError
from bastide.knowledge.domain.extraction import BlockKind

_LINK = re.compile(r"!?\[([^\]\n]*)\]\([^()\s]*\)")
_ENCRYPTED = re.compile(r"\b(?:password|encrypt(?:ed|ion)?)\b", re.IGNORECASE)
# kreuzberg's level of a sheet's name; ours is 1 (a sheet is the largest unit of its file).
_SHEET_LEVEL = 2


def reader(media_type: str, *, sheets: bool = False, lines: bool = False) -> Reader:
    """A reader for one of kreuzberg's media types.

    With `sheets` each sheet is a page; with `lines` each line is a paragraph (of DOC no more is known).
    The reader raises DocumentEncryptedError and DocumentCorruptError.
    """

    def read(source: Source, out: TextBuilder) -> None:
        result = _extract(source.path, media_type)
        _describe(result.metadata, out)
        document: Any = result.document
        if document and not lines:
            _Nodes(document["nodes"], out, sheets=sheets).add()
            return
        for line in result.content.split("\n"):
            out.paragraph(line)

    return read


def _extract(path: Path, media_type: str) -> ExtractionResult:
    config = ExtractionConfig(
        use_cache=False,
        include_document_structure=True,
        enable_quality_processing=False,  # it takes marks and quotes for noise
    )
    try:
        return extract_file_sync(path, media_type, config)
    except KreuzbergError as error:
        if _ENCRYPTED.search(str(error)):
            raise DocumentEncryptedError.locked(given=False) from error
        raise DocumentCorruptError("The file is damaged.", reason=str(error)[:500]) from error


def _describe(metadata: Any, out: TextBuilder) -> None:
    out.title = out.title or str(metadata.get("title") or "")
    authors = metadata.get("authors") or [metadata.get("created_by")]
    for name, value in (
        ("author", ", ".join(str(author) for author in authors if author)),
        ("created", metadata.get("created_at")),
        ("modified", metadata.get("modified_at")),
        ("subject", metadata.get("subject")),
    ):
        if value:
            out.metadata.setdefault(name, str(value))


class _Nodes:
    """kreuzberg's flat list of nodes, in the order of the document."""

    def __init__(self, nodes: Sequence[Any], out: TextBuilder, *, sheets: bool) -> None:
        self._nodes = nodes
        self._out = out
        self._sheets = sheets
        self._pages = 0

    def add(self) -> None:
        for node in self._nodes:
            if node.get("content_layer", "body") in {"body", "footnote"}:
                self._add(node["content"])

    def _add(self, content: Any) -> None:
        kind = content["node_type"]
        if kind in {"heading", "title"}:
            self._heading(content["text"], content.get("level", 1))
        elif kind == "list_item":
            self._out.add(BlockKind.LIST_ITEM, "- " + _plain(content["text"]))
        elif kind in {"paragraph", "footnote", "formula"}:
            self._out.paragraph(_plain(content["text"]))
        elif kind == "code":
            self._out.add(BlockKind.CODE, content["text"])
        elif kind == "table":
            add_table(_rows(content["grid"]), self._out)

    def _heading(self, text: str, level: int) -> None:
        if self._sheets and level == _SHEET_LEVEL:
            self._pages += 1
            self._out.open_page(self._pages)
            level = 1
        self._out.heading(_plain(text), level)


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", text)


def _rows(grid: Any) -> list[list[str]]:
    rows = [[""] * grid["cols"] for _ in range(grid["rows"])]
    for cell in grid["cells"]:
        rows[cell["row"]][cell["col"]] = _plain(cell["content"])
    return rows
