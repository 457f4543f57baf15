"""A document, its versions, and one run of reading a version."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bastide.identity.contract import CONFIDENTIAL, Grant, Resource, labels_of
from bastide.kit.json import Json, JsonObject
from bastide.knowledge.domain.collection import Collection


class DocumentStatus(StrEnum):
    """The state that a user sees."""

    PROCESSING = "processing"
    INDEXED = "indexed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Stage(StrEnum):
    """What is being done with a version while it is processed."""

    QUEUED = "queued"
    PARSING = "parsing"
    CHUNKING = "chunking"
    EMBEDDING = "embedding"
    INDEXING = "indexing"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a version was not read; `code` as the page translates it."""

    code: str
    message: str
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at reading a version. It may go on as long as the version is processed under its id."""

    document_id: str
    version: int
    run_id: str


@dataclass(frozen=True, slots=True)
class Version:
    """The bytes of one upload and what was made of them.

    Attributes:
        number: 1.. per document.
        folder: prefix of every object of this version, its own: nothing in it is shared, so that erasing
            needs no counting.
        object_key: the bytes as uploaded.
        text_key: the extraction (`domain/artefact.py`), None until parsed.
        run_id: the workflow that reads it; another one after a retry.
        facts: what the file says of itself (title, author …), and how many pages were read from pixels.
        warnings: codes with which a user can do something.
    """

    document_id: str
    number: int
    folder: str
    object_key: str
    sha256: str
    size: int
    media_type: str
    status: DocumentStatus
    stage: Stage
    run_id: str
    uploaded_by: str
    uploaded_at: datetime
    text_key: str | None = None
    pages: int | None = None
    facts: JsonObject = field(default_factory=dict[str, Json])
    language: str = ""
    warnings: tuple[str, ...] = ()
    chunks_count: int = 0
    failure: Failure | None = None
    indexed_at: datetime | None = None

    def is_read_by(self, run: Run) -> bool:
        """Whether the run may go on with it."""
        mine = (self.document_id, self.number, self.run_id) == (run.document_id, run.version, run.run_id)
        return mine and self.status is DocumentStatus.PROCESSING


@dataclass(frozen=True, slots=True)
class Document:
    """A named document of a collection.

    Attributes:
        parent_id: the e-mail that it is attached to; "" for a document of its own.
        metadata: the user's own.
        grants: empty when it follows its collection, else the narrower list that holds for it.
        labels: its own, besides those of its collection.
        current_version: the number that search serves; 0 until one was indexed.
        latest: the newest upload, whose state is shown.
    """

    id: str
    organisation_id: str
    collection: Collection
    filename: str
    parent_id: str
    owner_id: str
    metadata: JsonObject
    grants: tuple[Grant, ...]
    current_version: int
    latest: Version
    labels: tuple[str, ...] = ()

    @property
    def resource(self) -> Resource:
        """What the policy judges."""
        return Resource(
            "document",
            self.id,
            self.organisation_id,
            self.owner_id,
            self.grants,
            self.collection.resource,
            self.labels,
        )

    @property
    def confidential(self) -> bool:
        """By its own label or its collection's."""
        return CONFIDENTIAL in labels_of(self.resource)
