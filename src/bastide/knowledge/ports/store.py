"""What the use cases need of SQL, besides what a search needs (`passages.py`).

A unit is one transaction's view of all rows of this slice. Units do not check permissions: use cases ask the
policy with `Collection.resource` and `Document.resource`. What is deleted is gone from every answer at once.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from bastide.identity.contract import Principal, Resource
from bastide.kit.events import DomainEvent
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.document import Document, DocumentStatus, Failure, Run, Version
from bastide.knowledge.domain.erasure import Erasure
from bastide.knowledge.domain.generation import Generation, GenerationState
from bastide.operations.contract import AuditEntry

SortField: TypeAlias = Literal["upload_time", "filename", "size"]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents to list.

    Attributes:
        collection_ids: only documents of these.
        tokens: a document that narrows its collection's list is listed for one of these only.
        barred: a document with one of these labels is not listed (its collection's do not count: leave the
            collection out).
        label: only what has it, itself or by one of `labelled_collections`.
        name: part of the file name; case and accents do not count.
        parent_id: only attachments of this document; "" = none of anything; None = all.
    """

    organisation_id: str
    collection_ids: Sequence[str]
    tokens: frozenset[str]
    barred: frozenset[str] = frozenset()
    label: str | None = None
    labelled_collections: Sequence[str] = ()
    status: DocumentStatus | None = None
    name: str = ""
    parent_id: str | None = None
    sort: SortField = "upload_time"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a version's row keeps of its extraction. `media_type`: "" = as it was told at the upload."""

    text_key: str
    media_type: str
    pages: int | None
    facts: JsonObject
    language: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VectorBlock:
    """The vectors of chunks `start`, `start + 1` …; shape (count, dimensions)."""

    start: int
    vectors: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as it stands in an index: its current version. `settled`: nothing of it is being read."""

    document_id: str
    version: int
    chunks_count: int
    settled: bool


class Collections(Protocol):
    """Rows of collections."""

    async def lock(self, organisation_id: str, name: str) -> None:
        """Until the commit nobody else gives this name to a collection."""
        ...

    async def add(self, collection: Collection) -> None: ...

    async def named(self, principal: Principal, name_or_id: str) -> Sequence[Collection]:
        """The one of this id, or all of this name, of the caller's organisation, oldest first; uncounted."""
        ...

    async def of_organisation(self, principal: Principal) -> Sequence[Collection]:
        """All of the caller's organisation, by name; `documents_count` counts what the caller may read in
        those that it may read.
        """
        ...

    async def documents_count(self, principal: Principal, collection_id: str) -> int:
        """As in `of_organisation`, of a collection that the caller may read."""
        ...

    async def change(self, collection: Collection) -> None:
        """Name, description, grants and labels."""
        ...

    async def hide(self, collection_id: str, at: datetime) -> None:
        """From now on it and its documents are in no answer; its name is free."""
        ...

    async def hidden(self) -> Sequence[tuple[str, str]]:
        """Organisation and id of every hidden one, whose documents are still being deleted."""
        ...

    async def remove(self, collection_id: str) -> None:
        """A hidden one whose documents are gone."""
        ...


class Documents(Protocol):
    """Rows of documents and their versions."""

    async def add(self, document: Document) -> None:
        """With its first version, `document.latest`."""
        ...

    async def add_version(self, version: Version) -> None:
        """It becomes the document's latest."""
        ...

    async def get(self, organisation_id: str, document_id: str) -> Document | None: ...

    async def find(self, document_id: str) -> Document | None:
        """Of any organisation: for workflows."""
        ...

    async def many(self, organisation_id: str, document_ids: Sequence[str]) -> Sequence[Document]:
        """Those that are there, in no order."""
        ...

    async def lock(self, collection_id: str) -> None:
        """Until the commit nobody else gives a file name in the collection."""
        ...

    async def named(self, collection_id: str, parent_id: str, filename: str) -> Sequence[Document]:
        """Oldest first; of several, no two are known to who named the later one."""
        ...

    async def with_bytes(self, collection_id: str, sha256: str) -> Sequence[Document]:
        """Documents of their own (no attachments) whose latest version has these bytes, oldest first."""
        ...

    async def listing(
        self, wanted: DocumentFilter, cursor: str | None, limit: int
    ) -> tuple[Sequence[Document], str | None, int]:
        """One page, the cursor of the next, and how many there are in all.

        Raises:
            CursorError: the cursor is not one that this listing gave.
        """
        ...

    async def of_collection(self, collection_id: str, limit: int) -> Sequence[str]:
        """Ids of any `limit` of its documents, also when it is hidden: for erasing."""
        ...

    async def owned_by(self, organisation_id: str, owner_id: str) -> Sequence[Document]:
        """Seen ones, oldest first, with attachments."""
        ...

    async def folders(self, organisation_id: str) -> frozenset[str]:
        """Of every version of every document, and of those that are being erased."""
        ...

    async def children(self, document_id: str) -> Sequence[Document]: ...

    async def attached(self, principal: Principal, document_ids: Sequence[str]) -> Mapping[str, int]:
        """How many children of these, which the caller may read, it may read too; none: not there."""
        ...

    async def change(self, document: Document) -> None:
        """File name, metadata, grants and labels."""
        ...

    async def remove(self, document_id: str) -> None:
        """With versions, chunks and vectors."""
        ...

    async def version(self, document_id: str, number: int) -> Version | None: ...

    async def versions(self, document_id: str) -> Sequence[Version]:
        """Newest first."""
        ...


class Runs(Protocol):
    """The progress of reading versions.

    What is written for a run is written only while the version is processed under that run's id: after a
    cancel, a retry or a delete the methods answer False and change nothing.
    """

    async def wanted(self, run: Run) -> bool: ...

    async def parsed(self, run: Run, parsed: Parsed) -> bool: ...

    async def chunked(self, run: Run, chunks: Sequence[Chunk]) -> bool:
        """Replaces the version's chunks, and forgets vectors that it has."""
        ...

    async def embedded(self, run: Run) -> bool: ...

    async def published(self, run: Run, at: datetime) -> bool:
        """Indexed; search serves this version from the commit on, unless a later one is served already."""
        ...

    async def failed(self, run: Run, failure: Failure) -> bool: ...

    async def cancelled(self, run: Run) -> bool: ...

    async def restarted(self, run: Run) -> None:
        """Processing again, under the run's id."""
        ...

    async def unfinished(self) -> Sequence[tuple[str, Run]]:
        """Every version that is processed, with its organisation's id."""
        ...


class Chunks(Protocol):
    """Rows of chunks and of their vectors."""

    async def of_version(self, document_id: str, version: int, start: int, limit: int) -> Sequence[Chunk]:
        """From ordinal `start` on, in order."""
        ...

    async def around(self, document_id: str, version: int, start: int, end: int) -> Chunk | None:
        """The chunk that holds these offsets of the version's text."""
        ...

    async def add_vectors(self, run: Run, fingerprint: str, block: VectorBlock) -> bool:
        """As the methods of `Runs`; a block that is there is replaced."""
        ...

    async def put_vectors(self, document_id: str, version: int, fingerprint: str, block: VectorBlock) -> None:
        """For a rebuild, of a version that was indexed; nothing happens when it is gone."""
        ...

    async def vectors(
        self, document_id: str, version: int, fingerprint: str, start: int, limit: int
    ) -> Sequence[VectorBlock]:
        """The blocks that begin in `start` to `start + limit`, in order."""
        ...

    async def vectors_end(self, document_id: str, version: int, fingerprint: str) -> int:
        """How many of its first chunks have vectors."""
        ...

    async def prune(self, document_id: str, below: int) -> None:
        """Chunks and vectors of the document's versions below that number."""
        ...

    async def forget_vectors(self, organisation_id: str, keep: Sequence[str]) -> None:
        """Of fingerprints that are not in `keep`, and of versions that are neither current nor latest."""
        ...


class Generations(Protocol):
    """Rows of index generations."""

    async def lock(self, organisation_id: str) -> None:
        """Until the commit nobody else changes the organisation's generations or publishes into them."""
        ...

    async def of_organisation(self, organisation_id: str) -> Sequence[Generation]: ...

    async def everyone(self) -> Sequence[Generation]: ...

    async def add(self, generation: Generation) -> None: ...

    async def set_state(self, name: str, state: GenerationState) -> None: ...

    async def remove(self, name: str) -> None: ...

    async def documents(self, organisation_id: str, after: str, limit: int) -> Sequence[IndexedDocument]:
        """What its indexes must hold, by document id, beyond the id `after`."""
        ...

    async def totals(self, organisation_id: str) -> tuple[int, int]:
        """How many documents and how many chunks its indexes must hold."""
        ...


class Erasures(Protocol):
    """What deleted documents have left to be removed."""

    async def add(self, erasure: Erasure) -> None: ...

    async def get(self, erasure_id: str) -> Erasure | None: ...

    async def everything(self) -> Sequence[Erasure]: ...

    async def remove(self, erasure_id: str) -> None: ...

    async def pending(self) -> bool:
        """Whether anything, of a document or a collection, is still to be erased."""
        ...


class Unit(Protocol):
    """One transaction's view."""

    @property
    def collections(self) -> Collections: ...

    @property
    def documents(self) -> Documents: ...

    @property
    def runs(self) -> Runs: ...

    @property
    def chunks(self) -> Chunks: ...

    @property
    def generations(self) -> Generations: ...

    @property
    def erasures(self) -> Erasures: ...

    async def announce(self, event: DomainEvent) -> None:
        """Into the outbox, in this transaction."""
        ...

    async def remember(self, principal: Principal, resource: Resource, *, deleted: bool = False) -> None:
        """Into the history of permissions, in this transaction: whenever a collection or document is made,
        shared or deleted.
        """
        ...

    async def record(self, entry: AuditEntry) -> None:
        """Into the audit log, in this transaction."""
        ...


class KnowledgeStore(Protocol):
    """Where the rows are."""

    def transaction(self) -> AbstractAsyncContextManager[Unit]:
        """Commits on a clean exit."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Unit]: ...

    async def compact(self) -> None:
        """Leave nothing of removed rows on the disk."""
        ...
