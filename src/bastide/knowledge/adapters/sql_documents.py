from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.contract import Principal, reader_tokens
from bastide.knowledge.adapters import cursors
from bastide.knowledge.adapters.locks import one_at_a_time
from bastide.knowledge.adapters.rows import SEEN, changeable_values, document_of, version_of, version_values
from bastide.knowledge.adapters.tables import (
    document_labels,
    document_readers,
    document_versions,
    documents,
    erasures,
)
from bastide.knowledge.domain.document import Document, Version
from bastide.knowledge.domain.filename import folded
from bastide.knowledge.ports.store import DocumentFilter

_SORTED_BY = {
    "upload_time": documents.c.uploaded_at,
    "filename": documents.c.filename_folded,
    "size": document_versions.c.size,
}


class SqlDocuments:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, document: Document) -> None:
        statement = insert(documents).values(
            id=document.id,
            organisation_id=document.organisation_id,
            collection_id=document.collection.id,
            parent_id=document.parent_id,
            owner_id=document.owner_id,
            current_version=document.current_version,
            latest_version=document.latest.number,
            uploaded_at=document.latest.uploaded_at,
            **changeable_values(document),
        )
        await self._connection.execute(statement)
        await self._add_readers(document)
        await self._add_labels(document)
        await self._connection.execute(insert(document_versions).values(**version_values(document.latest)))

    async def add_version(self, version: Version) -> None:
        await self._connection.execute(insert(document_versions).values(**version_values(version)))
        await self._connection.execute(
            update(documents)
            .where(documents.c.id == version.document_id)
            .values(latest_version=version.number, uploaded_at=version.uploaded_at)
        )

    async def get(self, organisation_id: str, document_id: str) -> Document | None:
        document = await self.find(document_id)
        return document if document and document.organisation_id == organisation_id else None

    async def find(self, document_id: str) -> Document | None:
        return await self._first(SEEN.where(documents.c.id == document_id))

    async def many(self, organisation_id: str, document_ids: Sequence[str]) -> Sequence[Document]:
        mine = documents.c.organisation_id == organisation_id
        return await self._all(SEEN.where(mine, documents.c.id.in_(document_ids)))

    async def lock(self, collection_id: str) -> None:
        await one_at_a_time(self._connection, f"uploads:{collection_id}")

    async def named(self, collection_id: str, parent_id: str, filename: str) -> Sequence[Document]:
        return await self._all(
            SEEN.where(
                documents.c.collection_id == collection_id,
                documents.c.parent_id == parent_id,
                documents.c.filename == filename,
            ).order_by(documents.c.id)
        )

    async def with_bytes(self, collection_id: str, sha256: str) -> Sequence[Document]:
        return await self._all(
            SEEN.where(
                document_versions.c.sha256 == sha256,
                documents.c.collection_id == collection_id,
                documents.c.parent_id == "",
            ).order_by(documents.c.id)
        )

    async def listing(
        self, wanted: DocumentFilter, cursor: str | None, limit: int
    ) -> tuple[Sequence[Document], str | None, int]:
        chosen = SEEN.where(*_conditions(wanted))
        counted = select(func.count()).select_from(chosen.with_only_columns(documents.c.id).subquery())
        total = await self._connection.scalar(counted)
        column = _SORTED_BY[wanted.sort]
        page = cursors.page(chosen, column, documents.c.id, cursor, descending=wanted.descending)
        rows = (await self._connection.execute(page.limit(limit + 1))).mappings().all()
        shown = rows[:limit]
        after = None
        if len(rows) > limit:
            name = "version_size" if wanted.sort == "size" else column.name
            after = cursors.cursor_of(shown[-1][name], shown[-1]["id"])
        return [document_of(row) for row in shown], after, total or 0

    async def of_collection(self, collection_id: str, limit: int) -> Sequence[str]:
        rows = await self._connection.scalars(
            select(documents.c.id).where(documents.c.collection_id == collection_id).limit(limit)
        )
        return rows.all()

    async def owned_by(self, organisation_id: str, owner_id: str) -> Sequence[Document]:
        mine = documents.c.organisation_id == organisation_id, documents.c.owner_id == owner_id
        return await self._all(SEEN.where(*mine).order_by(documents.c.id))

    async def folders(self, organisation_id: str) -> frozenset[str]:
        joined = documents.c.id == document_versions.c.document_id
        living = await self._connection.scalars(
            select(document_versions.c.folder)
            .join(documents, joined)
            .where(documents.c.organisation_id == organisation_id)
        )
        erased = await self._connection.scalars(
            select(erasures.c.folders).where(erasures.c.organisation_id == organisation_id)
        )
        return frozenset(living) | {folder for folders in erased for folder in folders}

    async def children(self, document_id: str) -> Sequence[Document]:
        return await self._all(SEEN.where(documents.c.parent_id == document_id).order_by(documents.c.id))

    async def attached(self, principal: Principal, document_ids: Sequence[str]) -> Mapping[str, int]:
        rows = await self._connection.execute(
            select(documents.c.parent_id, func.count().label("attached"))
            .where(documents.c.parent_id.in_(document_ids))
            .where(*readable_by(principal.tokens, principal.barred_labels))
            .group_by(documents.c.parent_id)
        )
        return {row.parent_id: row.attached for row in rows}

    async def change(self, document: Document) -> None:
        statement = (
            update(documents).where(documents.c.id == document.id).values(**changeable_values(document))
        )
        await self._connection.execute(statement)
        await self._connection.execute(
            delete(document_readers).where(document_readers.c.document_id == document.id)
        )
        await self._connection.execute(
            delete(document_labels).where(document_labels.c.document_id == document.id)
        )
        await self._add_readers(document)
        await self._add_labels(document)

    async def remove(self, document_id: str) -> None:
        await self._connection.execute(delete(documents).where(documents.c.id == document_id))

    async def version(self, document_id: str, number: int) -> Version | None:
        rows = await self._connection.execute(
            select(document_versions).where(
                document_versions.c.document_id == document_id, document_versions.c.number == number
            )
        )
        row = rows.mappings().first()
        return None if row is None else version_of(row)

    async def versions(self, document_id: str) -> Sequence[Version]:
        rows = await self._connection.execute(
            select(document_versions)
            .where(document_versions.c.document_id == document_id)
            .order_by(document_versions.c.number.desc())
        )
        return [version_of(row) for row in rows.mappings()]

    async def _add_readers(self, document: Document) -> None:
        tokens = reader_tokens(document.resource)
        if tokens:
            await self._connection.execute(
                insert(document_readers), [{"document_id": document.id, "token": token} for token in tokens]
            )

    async def _add_labels(self, document: Document) -> None:
        if document.labels:
            await self._connection.execute(
                insert(document_labels),
                [{"document_id": document.id, "label": label} for label in document.labels],
            )

    async def _first(self, query: Select[Any]) -> Document | None:
        row = (await self._connection.execute(query)).mappings().first()
        return None if row is None else document_of(row)

    async def _all(self, query: Select[Any]) -> Sequence[Document]:
        return [document_of(row) for row in (await self._connection.execute(query)).mappings()]


def readable_by(tokens: Collection[str], barred: Collection[str]) -> list[ColumnElement[bool]]:
    """Of documents in collections that may be read: those that may be read themselves."""
    reader = exists().where(
        document_readers.c.document_id == documents.c.id, document_readers.c.token.in_(sorted(tokens))
    )
    conditions = [or_(~documents.c.narrowed, reader)]
    return [*conditions, ~_has_label(barred)] if barred else conditions


def _conditions(wanted: DocumentFilter) -> list[ColumnElement[bool]]:
    conditions = [
        documents.c.organisation_id == wanted.organisation_id,
        documents.c.collection_id.in_(wanted.collection_ids),
        *readable_by(wanted.tokens, wanted.barred),
    ]
    if wanted.label is not None:
        labelled = documents.c.collection_id.in_(wanted.labelled_collections)
        conditions.append(or_(labelled, _has_label({wanted.label})))
    if wanted.status is not None:
        conditions.append(document_versions.c.status == wanted.status.value)
    if wanted.parent_id is not None:
        conditions.append(documents.c.parent_id == wanted.parent_id)
    if wanted.name:
        conditions.append(documents.c.filename_folded.contains(folded(wanted.name), autoescape=True))
    return conditions


def _has_label(labels: Iterable[str]) -> ColumnElement[bool]:
    return exists().where(
        document_labels.c.document_id == documents.c.id, document_labels.c.label.in_(sorted(labels))
    )
