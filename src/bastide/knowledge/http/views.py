"""The shapes that the API answers with."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.document import DocumentStatus, Stage, Version
from bastide.knowledge.domain.metadata import shown_metadata
from bastide.knowledge.domain.progress import Progress
from bastide.knowledge.usecases.see import Seen


class GrantView(BaseModel):
    """`grantee`: `user:…`, `group:…`, `department:…`, `organisation:…`."""

    grantee: str
    access: str


class CollectionView(BaseModel):
    id: str
    name: str
    description: str
    documents_count: int
    created_at: datetime
    owner_id: str
    access: list[GrantView]
    labels: list[str]


class ErrorView(BaseModel):
    code: str
    message: str
    details: dict[str, Any]


class DocumentView(BaseModel):
    """`status`, `stage`, `progress` and `error` are of the newest version, `version` its number. `labels`
    are its own; its collection's hold too. `warnings` say what the newest version's text lacks, and while it
    is processed what it waits for.
    """

    document_id: str
    filename: str
    status: DocumentStatus
    stage: Stage | None
    progress: int
    eta_s: int | None
    chunks_count: int
    collection: str
    collection_id: str
    version: int
    current_version: int | None
    upload_time: datetime
    indexed_at: datetime | None
    language: str
    media_type: str
    metadata: dict[str, Any]
    error: ErrorView | None
    warnings: list[str]
    parent_id: str | None
    children_count: int
    owner_id: str
    labels: list[str]


class UploadView(DocumentView):
    """`duplicate`: the same bytes were there already, perhaps under another name."""

    duplicate: bool


class VersionView(BaseModel):
    version: int
    status: DocumentStatus
    current: bool
    sha256: str
    file_size: int
    media_type: str
    pages: int | None
    chunks_count: int
    uploaded_by: str
    upload_time: datetime
    indexed_at: datetime | None
    error: ErrorView | None


class Listing(BaseModel):
    next_cursor: str | None
    total: int | None


class DocumentPage(Listing):
    items: list[DocumentView]


class CollectionPage(Listing):
    items: list[CollectionView]


class VersionPage(Listing):
    items: list[VersionView]


def collection_view(collection: Collection) -> CollectionView:
    return CollectionView(
        id=collection.id,
        name=collection.name,
        description=collection.description,
        documents_count=collection.documents_count,
        created_at=collection.created_at,
        owner_id=collection.owner_id,
        access=[GrantView(grantee=one.grantee, access=one.access.value) for one in collection.grants],
        labels=list(collection.labels),
    )


def document_fields(seen: Seen) -> dict[str, Any]:
    document, progress = seen.document, seen.progress
    latest = document.latest
    indexed = latest.status is DocumentStatus.INDEXED
    return {
        "document_id": document.id,
        "filename": document.filename,
        "status": latest.status,
        "stage": progress.stage if progress else None,
        "progress": progress.percent if progress else 100 if indexed else 0,
        "eta_s": progress.eta_s if progress else None,
        "chunks_count": latest.chunks_count,
        "collection": document.collection.name,
        "collection_id": document.collection.id,
        "version": latest.number,
        "current_version": document.current_version or None,
        "upload_time": latest.uploaded_at,
        "indexed_at": latest.indexed_at,
        "language": latest.language,
        "media_type": latest.media_type,
        "metadata": shown_metadata(document, latest),
        "error": _error(latest),
        "warnings": [*latest.warnings, *_waiting(progress)],
        "parent_id": document.parent_id or None,
        "children_count": seen.children_count,
        "owner_id": document.owner_id,
        "labels": list(document.labels),
    }


def document_view(seen: Seen) -> DocumentView:
    return DocumentView(**document_fields(seen))


def version_view(version: Version, *, current: bool) -> VersionView:
    return VersionView(
        version=version.number,
        status=version.status,
        current=current,
        sha256=version.sha256,
        file_size=version.size,
        media_type=version.media_type,
        pages=version.pages,
        chunks_count=version.chunks_count,
        uploaded_by=version.uploaded_by,
        upload_time=version.uploaded_at,
        indexed_at=version.indexed_at,
        error=_error(version),
    )


def _waiting(progress: Progress | None) -> list[str]:
    return [progress.waits_for] if progress and progress.waits_for else []


def _error(version: Version) -> ErrorView | None:
    failure = version.failure
    if failure is None:
        return None
    return ErrorView(code=failure.code, message=failure.message, details=failure.details)
