"""What a search needs of SQL: which collections it may look into, and the text of what it found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bastide.identity.contract import Principal
from bastide.knowledge.contract import Hit
from bastide.knowledge.ports.index import AccessFilter, Candidate


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Where a search may look.

    Attributes:
        index: name of the index that serves the organisation now; None when nothing was ever indexed.
        access: the caller's permissions, compiled for the index query. No collections: nothing to find.
        fingerprint, dimensions: of the embedder that the index belongs to. While the index of a new embedder
            is built the old one serves, and its vectors do not compare with the new embedder's: ask it
            without a vector.
    """

    index: str | None
    access: AccessFilter
    fingerprint: str = ""
    dimensions: int = 1


class Passages(Protocol):
    """The truth behind the index."""

    async def scope(self, principal: Principal, collections: Sequence[str]) -> SearchScope:
        """What the principal may search of the collections (names or ids; empty: all that it may read).

        Raises:
            CollectionNotFoundError: one of them is not there, or not readable.
        """
        ...

    async def hydrate(self, principal: Principal, candidates: Sequence[Candidate]) -> dict[str, Hit]:
        """The passages by `point_id`, with score 0; those of a version that is not current are left out."""
        ...
