"""Rows to entities, and entities to values of columns."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, and_, select

from bastide.identity.contract import Access, Grant, reader_tokens
from bastide.knowledge.adapters.tables import collections, document_versions, documents
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.document import Document, DocumentStatus, Failure, Stage, Version
from bastide.knowledge.domain.filename import folded

_collection_columns = tuple(
    collections.c[name].label(f"collection_{name}")
    for name in ("name", "description", "owner_id", "access", "created_at", "labels")
)
_version_columns = tuple(column.label(f"version_{column.name}") for column in document_versions.c)

# Documents that are seen, with their collection and their latest version.
SEEN: Final = (
    select(documents, *_collection_columns, *_version_columns)
    .join(
        collections, and_(collections.c.id == documents.c.collection_id, collections.c.deleted_at.is_(None))
    )
    .join(
        document_versions,
        and_(
            document_versions.c.document_id == documents.c.id,
            document_versions.c.number == documents.c.latest_version,
        ),
    )
)


def grants_of(access: Sequence[Sequence[str]]) -> tuple[Grant, ...]:
    return tuple(Grant(grantee, Access(kind)) for grantee, kind in access)


def access_of(grants: Sequence[Grant]) -> list[list[str]]:
    return [[grant.grantee, grant.access.value] for grant in grants]


def collection_of(row: RowMapping, documents_count: int = 0) -> Collection:
    return Collection(
        id=row["id"],
        organisation_id=row["organisation_id"],
        name=row["name"],
        description=row["description"],
        owner_id=row["owner_id"],
        grants=grants_of(row["access"]),
        created_at=row["created_at"],
        labels=tuple(row["labels"]),
        documents_count=documents_count,
    )


def document_of(row: RowMapping) -> Document:
    """A row of `SEEN`."""
    collection = Collection(
        id=row["collection_id"],
        organisation_id=row["organisation_id"],
        name=row["collection_name"],
        description=row["collection_description"],
        owner_id=row["collection_owner_id"],
        grants=grants_of(row["collection_access"]),
        created_at=row["collection_created_at"],
        labels=tuple(row["collection_labels"]),
    )
    return Document(
        id=row["id"],
        organisation_id=row["organisation_id"],
        collection=collection,
        filename=row["filename"],
        parent_id=row["parent_id"],
        owner_id=row["owner_id"],
        metadata=row["metadata"],
        grants=grants_of(row["access"]),
        current_version=row["current_version"],
        latest=version_of(row, "version_"),
        labels=tuple(row["labels"]),
    )


def version_of(row: RowMapping, prefix: str = "") -> Version:
    def value(name: str) -> Any:
        return row[prefix + name]

    failure = value("failure")
    return Version(
        document_id=value("document_id"),
        number=value("number"),
        folder=value("folder"),
        object_key=value("object_key"),
        sha256=value("sha256"),
        size=value("size"),
        media_type=value("media_type"),
        status=DocumentStatus(value("status")),
        stage=Stage(value("stage")),
        run_id=value("run_id"),
        uploaded_by=value("uploaded_by"),
        uploaded_at=value("uploaded_at"),
        text_key=value("text_key"),
        pages=value("pages"),
        facts=value("facts"),
        language=value("language"),
        warnings=tuple(value("warnings")),
        chunks_count=value("chunks_count"),
        failure=None if failure is None else Failure(**failure),
        indexed_at=value("indexed_at"),
    )


def version_values(version: Version) -> dict[str, Any]:
    failure = version.failure
    return {
        "document_id": version.document_id,
        "number": version.number,
        "folder": version.folder,
        "object_key": version.object_key,
        "sha256": version.sha256,
        "size": version.size,
        "media_type": version.media_type,
        "status": version.status.value,
        "stage": version.stage.value,
        "run_id": version.run_id,
        "uploaded_by": version.uploaded_by,
        "uploaded_at": version.uploaded_at,
        "text_key": version.text_key,
        "pages": version.pages,
        "facts": version.facts,
        "language": version.language,
        "warnings": list(version.warnings),
        "chunks_count": version.chunks_count,
        "failure": None if failure is None else failure_values(failure),
        "indexed_at": version.indexed_at,
    }


def failure_values(failure: Failure) -> dict[str, Any]:
    return {"code": failure.code, "message": failure.message, "details": failure.details}


def changeable_values(document: Document) -> dict[str, Any]:
    """The columns of a document that a user can change."""
    return {
        "filename": document.filename,
        "filename_folded": folded(document.filename),
        "metadata": document.metadata,
        "access": access_of(document.grants),
        "labels": list(document.labels),
        "narrowed": bool(reader_tokens(document.resource)),
    }
