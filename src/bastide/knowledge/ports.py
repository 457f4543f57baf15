"""What the documents service needs from outside."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bastide.kit.json import JsonObject
from bastide.knowledge.domain.extraction import ExtractedText
from bastide.knowledge.domain.filters import Condition
from bastide.models.contract import Vectors


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What one document may cost. Passing a limit fails that document only."""

    timeout_s: float = 600.0
    memory_mb: int = 1536
    max_pages: int = 5000
    max_text_chars: int = 20_000_000


@dataclass(frozen=True, slots=True)
class ParseProgress:
    """`done` of `total` pages (or other units)."""

    done: int
    total: int


class Parser(Protocol):
    """Turns a file of any supported format into text with structure.

    Works in a subprocess that is replaced after a number of documents, a crash, or a limit. Cancelling the
    task kills the subprocess at work and leaves nothing behind.
    """

    async def parse(
        self,
        path: Path,
        filename: str,
        *,
        password: str | None = None,
        limits: ParseLimits = ParseLimits(),
        on_progress: Callable[[ParseProgress], None] | None = None,
    ) -> ExtractedText:
        """Parse.

        Raises:
            DocumentEncryptedError: `document.encrypted`: a password is needed, or the given one is wrong.
            DocumentUnsupportedError: `document.unsupported`: a format that Bastide does not read.
            DocumentCorruptError: `document.corrupt`: broken, or the parser crashed on it.
            DocumentTooLargeError: `document.too_large`: a limit of size, pages, memory or expansion (a bomb).
            DocumentTimeoutError: `document.timeout`.
            DocumentEmptyError: `document.empty`: no text in it (says so when OCR is missing).
        """
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In PDF points, origin at the top left of the page as shown (rotation applied)."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """Size of a page in points as shown, and the rectangles on it."""

    page: int
    width: float
    height: float
    rectangles: tuple[Rectangle, ...]


class Geometry(Protocol):
    """Finds where a quote stands on the pages of a PDF (pypdfium2 character boxes)."""

    async def locate(
        self, path: Path, quote: str, pages: Sequence[int], password: str | None = None
    ) -> list[PageGeometry]:
        """One rectangle per line; empty when the page has no text layer or the quote is not found there."""
        ...


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A point of the index; it carries no text, only what ranks and filters.

    Attributes:
        point_id: UUID (string), derived from document, version and ordinal.
        text: analysed for BM25 (the chunk's `indexed_text`), not stored.
        readers: grant tokens of the document when it narrows its collection's, else empty.
    """

    point_id: str
    document_id: str
    version: int
    ordinal: int
    collection_id: str
    language: str
    text: str
    vector: npt.NDArray[np.float32]
    metadata: JsonObject
    readers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Compiled permissions: a point in `collections` that has no `readers`, or one of them in `tokens`."""

    collections: frozenset[str]
    tokens: frozenset[str]


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One hybrid query. `limit` candidates come back per stage and fused."""

    text: str
    language: str
    vector: npt.NDArray[np.float32] | None
    access: AccessFilter
    conditions: tuple[Condition, ...] = ()
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point with the raw scores of the stages that found it (None: not among its best `limit`)."""

    point_id: str
    document_id: str
    version: int
    ordinal: int
    dense: float | None
    lexical: float | None


class PassageIndex(Protocol):
    """The hybrid index, one `name` per organisation and embedder fingerprint. A projection of SQL.

    Writes are idempotent on point_id and durable on return (or caught up from SQL on start). Term
    statistics are those of the named index alone.
    """

    async def create(self, name: str, dimensions: int) -> None:
        """No error if it is there."""
        ...

    async def drop(self, name: str) -> None: ...

    async def names(self) -> list[str]: ...

    async def upsert(self, name: str, passages: Sequence[IndexedPassage]) -> None: ...

    async def delete_document(
        self, name: str, document_id: str, *, versions_below: int | None = None
    ) -> None:
        """All points of a document, or only those of versions below the given one."""
        ...

    async def update_document(
        self,
        name: str,
        document_id: str,
        *,
        metadata: JsonObject | None = None,
        readers: tuple[str, ...] | None = None,
    ) -> None: ...

    async def query(self, name: str, query: IndexQuery) -> list[Candidate]:
        """Union of the dense and the lexical stage, unordered; conditions and access apply inside both."""
        ...

    async def count(self, name: str, *, document_id: str | None = None) -> int: ...

    async def optimize(self, name: str) -> None:
        """Build the graph and merge segments; slow, in the background; queries go on."""
        ...

    async def compact(self, name: str) -> None:
        """Leave no byte of deleted points on disk."""
        ...

    async def close(self) -> None: ...


__all__ = [
    "AccessFilter",
    "Candidate",
    "Geometry",
    "IndexQuery",
    "IndexedPassage",
    "PageGeometry",
    "ParseLimits",
    "ParseProgress",
    "Parser",
    "PassageIndex",
    "Rectangle",
    "Vectors",
]
