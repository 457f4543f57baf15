"""The ports of the documents service, as small as they can be."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bastide.knowledge.domain.errors import DocumentEncryptedError, DocumentUnsupportedError
from bastide.knowledge.domain.extraction import Attachment, Block, BlockKind, ExtractedText, PageSpan
from bastide.knowledge.ports.geometry import PageGeometry, Rectangle
from bastide.knowledge.ports.index import Candidate, IndexedPassage, IndexQuery
from bastide.knowledge.ports.parser import ParseLimits, ParseProgress

DIMENSIONS = 8


class LineParser:
    """Each line is a paragraph, each form feed begins a page.

    `!encrypted` wants the password `sesame`; `!broken` is unsupported; a line `attach NAME TEXT` is an
    attachment. `gate` holds every parse until it is set.
    """

    def __init__(self, tmp: Path) -> None:
        self._tmp = tmp
        self.gate = asyncio.Event()
        self.gate.set()
        self.parsed: list[str] = []
        self.cancelled = 0

    async def parse(
        self,
        path: Path,
        filename: str,
        *,
        password: str | None = None,
        limits: ParseLimits = ParseLimits(),  # noqa: B008
        on_progress: Callable[[ParseProgress], None] | None = None,
    ) -> ExtractedText:
        self.parsed.append(filename)
        text = path.read_text()
        if on_progress:
            on_progress(ParseProgress(1, 4))
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if text.startswith("!encrypted") and password != "sesame":
            raise DocumentEncryptedError("A password is needed.")
        if text.startswith("!broken"):
            raise DocumentUnsupportedError("Nobody reads this.", format="none")
        lines = [line for line in text.split("\n") if not line.startswith("attach ")]
        return self._extracted("\n".join(lines), self._attachments(text))

    async def discard(self, extracted: ExtractedText) -> None:
        for attachment in extracted.attachments:
            Path(attachment.path).unlink()

    async def close(self) -> None:
        pass

    def _attachments(self, text: str) -> tuple[Attachment, ...]:
        found: list[Attachment] = []
        for line in text.split("\n"):
            if line.startswith("attach "):
                _, name, content = line.split(" ", 2)
                path = self._tmp / f"{len(found)}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"
                path.write_text(content)
                found.append(Attachment(name, str(path)))
        return tuple(found)

    def _extracted(self, text: str, attachments: tuple[Attachment, ...]) -> ExtractedText:
        blocks: list[Block] = []
        at = 0
        for line in text.split("\n"):
            if line.strip():
                blocks.append(Block(BlockKind.PARAGRAPH, at, at + len(line)))
            at += len(line) + 1
        pages: list[PageSpan] = []
        at = 0
        for number, page in enumerate(text.split("\f"), 1):
            pages.append(PageSpan(number, at, at + len(page)))
            at += len(page) + 1
        return ExtractedText(
            text,
            tuple(blocks),
            tuple(pages),
            title="A title",
            metadata={"author": "Ann"},
            attachments=attachments,
        )


class WordEmbedder:
    """Equal texts get equal vectors."""

    name = "words"
    max_tokens = 64
    dimensions = DIMENSIONS

    def __init__(self, fingerprint: str = "words-1") -> None:
        self.fingerprint = fingerprint
        self.embedded = 0

    def trust(self, language: str) -> float:
        return 1.0

    def likeness(self, cosine: float, language: str) -> float:
        return cosine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    async def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.embedded += len(texts)
        return np.stack([self._vector(text) for text in texts])

    async def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return self._vector(text)

    def _vector(self, text: str) -> npt.NDArray[np.float32]:
        digest = hashlib.sha256((self.fingerprint + text).encode()).digest()
        vector = np.frombuffer(digest[:DIMENSIONS], np.uint8).astype(np.float32) + 1
        return vector / np.linalg.norm(vector)


@dataclass
class MemoryIndex:
    """Finds points whose text has a word of the query."""

    points: dict[str, dict[str, IndexedPassage]] = field(default_factory=dict)
    compacted: list[str] = field(default_factory=list)

    async def create(self, name: str, dimensions: int) -> None:
        self.points.setdefault(name, {})

    async def drop(self, name: str) -> None:
        self.points.pop(name, None)

    async def names(self) -> list[str]:
        return list(self.points)

    async def upsert(self, name: str, passages: Sequence[IndexedPassage]) -> None:
        self.points[name].update({passage.point_id: passage for passage in passages})

    async def delete_document(
        self, name: str, document_id: str, *, versions_below: int | None = None
    ) -> None:
        self.points[name] = {
            key: point
            for key, point in self.points[name].items()
            if point.document_id != document_id
            or (versions_below is not None and point.version >= versions_below)
        }

    async def update_document(
        self,
        name: str,
        document_id: str,
        *,
        metadata: dict[str, Any] | None = None,
        readers: tuple[str, ...] | None = None,
        labels: tuple[str, ...] | None = None,
    ) -> None:
        for key, point in self.points[name].items():
            if point.document_id == document_id:
                changed = replace(point, metadata=point.metadata if metadata is None else metadata)
                self.points[name][key] = replace(
                    changed,
                    readers=point.readers if readers is None else readers,
                    labels=point.labels if labels is None else labels,
                )

    async def query(self, name: str, query: IndexQuery) -> list[Candidate]:
        words = set(query.text.lower().split())
        return [
            Candidate(point.point_id, point.document_id, point.version, point.ordinal, None, 1.0)
            for point in self.points[name].values()
            if words & set(point.text.lower().split())
            and point.collection_id in query.access.collections
            and (not point.readers or set(point.readers) & query.access.tokens)
            and not set(point.labels) & query.access.barred
        ][: query.limit]

    async def count(self, name: str, *, document_id: str | None = None) -> int:
        points = self.points[name].values()
        return sum(document_id in {None, point.document_id} for point in points)

    async def optimize(self, name: str) -> None:
        pass

    async def compact(self, name: str) -> None:
        self.compacted.append(name)

    async def close(self) -> None:
        pass


class OneRectangle:
    """Every quote is found in one place."""

    async def locate(
        self, path: Path, quote: str, pages: Sequence[int], password: str | None = None, *, before: str = ""
    ) -> list[PageGeometry]:
        assert path.read_bytes()
        return [PageGeometry(page, 595, 842, (Rectangle(page, 1, 2, 3, 4),)) for page in pages]
