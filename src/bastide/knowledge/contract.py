"""What other slices may ask of the documents service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from bastide.identity.contract import CONFIDENTIAL, Principal
from bastide.kit.errors import InvalidError, NotFoundError
from bastide.kit.json import Json, JsonObject
from bastide.knowledge.domain.document import DocumentStatus

__all__ = [
    "CollectionNotFoundError",
    "DocumentStatus",
    "FilterError",
    "Hit",
    "Knowledge",
    "SearchQuery",
    "SearchResult",
]


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search.

    Attributes:
        collections: names or ids; empty = every collection that the principal may read.
        filters: as the API takes them: `{"department": "finance", "year": {"gte": 2023}, "a.b": ["x", "y"]}`.
        score_threshold: 0..1; hits below it are left out.
    """

    text: str
    collections: Sequence[str] = ()
    filters: Mapping[str, Json] = field(default_factory=dict[str, Json])
    top_k: int = 10
    score_threshold: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with all that is needed to cite it.

    Attributes:
        start, end: character offsets in the stored text of that version; `content == text[start:end]`.
        page, page_end: 1-based; None where the format has no pages.
        section: the innermost heading, or the whole `heading_path` joined with " › ".
        labels: of the document and of its collection: `confidential`, `department:…`.
        score: 0..1, calibrated, comparable over collections and queries.
    """

    document_id: str
    version: int
    chunk_id: str
    filename: str
    collection_id: str
    collection: str
    content: str
    start: int
    end: int
    page: int | None
    page_end: int | None
    heading_path: tuple[str, ...]
    language: str
    score: float
    metadata: JsonObject
    labels: tuple[str, ...] = ()

    @property
    def confidential(self) -> bool:
        """No model in a cloud may be shown it."""
        return CONFIDENTIAL in self.labels


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits best first. `total_results` counts hits returned after the threshold."""

    hits: Sequence[Hit]
    total_results: int
    search_time_ms: int

    @property
    def confidential(self) -> bool:
        """A prompt made of these hits may go to no deployment that is not the organisation's own."""
        return any(hit.confidential for hit in self.hits)


@dataclass(frozen=True, slots=True)
class QuotePlace:
    """Where a quote stands: on the page that it begins on (1-based), None where the format has none."""

    page: int | None


class Knowledge(Protocol):
    """The search use case, for the chat slice and the gateway."""

    async def search(self, principal: Principal, query: SearchQuery) -> SearchResult:
        """Only what the principal may read is ranked.

        Raises:
            CollectionNotFoundError: a named collection is not there, or not readable.
            FilterError: unknown operator or wrong type; names it.
        """
        ...

    async def verify_quote(
        self, principal: Principal, document_id: str, version: int, start: int, quote: str
    ) -> QuotePlace | None:
        """None unless the stored text of that version has exactly this quote at that offset."""
        ...


class CollectionNotFoundError(NotFoundError):
    """No collection of that name or id, or none that the caller may read."""

    code = "collection.not_found"


class FilterError(InvalidError):
    """A search filter that cannot be understood; `details` name field and operator."""

    code = "search.filter"
