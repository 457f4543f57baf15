"""The index port: dense and lexical candidates, with permissions and filters inside the query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from bastide.kit.json import JsonObject
from bastide.knowledge.domain.filters import Condition


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A point of the index; it carries no text, only what ranks and filters.

    Attributes:
        point_id: UUID (string), derived from document, version and ordinal.
        text: analysed for BM25 (the chunk's `indexed_text`), not stored.
        readers: grant tokens of the document when it narrows its collection's, else empty.
        labels: the document's own.
        page, page_end: the first and the last page that it stands on; None where there are none.
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
    labels: tuple[str, ...] = ()
    page: int | None = None
    page_end: int | None = None


@dataclass(frozen=True, slots=True)
class AccessFilter:
    """Compiled permissions: a point in `collections` that has no `readers`, or one of them in `tokens`, and
    none of the `barred` labels.
    """

    collections: frozenset[str]
    tokens: frozenset[str]
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class IndexQuery:
    """One hybrid query. Up to `limit` candidates come back per stage and language.

    Conditions on the `PASSAGE_FIELDS` look at the passage, others at its document's metadata.
    """

    text: str
    language: str
    vector: npt.NDArray[np.float32] | None
    access: AccessFilter
    conditions: tuple[Condition, ...] = ()
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Candidate:
    """A point that a stage has found, with the scores of both stages.

    Attributes:
        dense: cosine; None when the query has no vector or the point none.
        lexical: BM25 as a share of what a passage would reach that were the best of the index at every term
            of the query, 0..1 (terms that no passage has count as rare ones); None when it has no term.
    """

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
        labels: tuple[str, ...] | None = None,
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
