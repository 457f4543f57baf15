from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, func, insert, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.contract import Principal
from bastide.knowledge.adapters.locks import one_at_a_time
from bastide.knowledge.adapters.rows import access_of, collection_of
from bastide.knowledge.adapters.sql_documents import readable_by
from bastide.knowledge.adapters.tables import collections, documents
from bastide.knowledge.domain.collection import Collection


class SqlCollections:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, organisation_id: str, name: str) -> None:
        await one_at_a_time(self._connection, f"collections:{organisation_id}:{name}")

    async def add(self, collection: Collection) -> None:
        statement = insert(collections).values(
            id=collection.id,
            organisation_id=collection.organisation_id,
            owner_id=collection.owner_id,
            created_at=collection.created_at,
            **_changeable(collection),
        )
        await self._connection.execute(statement)

    async def named(self, principal: Principal, name_or_id: str) -> Sequence[Collection]:
        rows = await self._connection.execute(
            select(collections)
            .where(
                *_there(principal),
                or_(collections.c.id == name_or_id, collections.c.name == name_or_id),
            )
            .order_by(collections.c.created_at, collections.c.id)
        )
        return [collection_of(row) for row in rows.mappings()]

    async def of_organisation(self, principal: Principal) -> Sequence[Collection]:
        count = _readable_in(principal, collections.c.id).scalar_subquery().label("documents_count")
        rows = await self._connection.execute(
            select(collections, count).where(*_there(principal)).order_by(collections.c.name)
        )
        return [collection_of(row, row["documents_count"]) for row in rows.mappings()]

    async def documents_count(self, principal: Principal, collection_id: str) -> int:
        return await self._connection.scalar(_readable_in(principal, literal(collection_id))) or 0

    async def change(self, collection: Collection) -> None:
        statement = (
            update(collections).where(collections.c.id == collection.id).values(**_changeable(collection))
        )
        await self._connection.execute(statement)

    async def hide(self, collection_id: str, at: datetime) -> None:
        await self._connection.execute(
            update(collections)
            .where(collections.c.id == collection_id)
            .values(name=collection_id, description="", deleted_at=at)
        )

    async def hidden(self) -> Sequence[tuple[str, str]]:
        rows = await self._connection.execute(
            select(collections.c.organisation_id, collections.c.id).where(
                collections.c.deleted_at.is_not(None)
            )
        )
        return [(row.organisation_id, row.id) for row in rows]

    async def remove(self, collection_id: str) -> None:
        await self._connection.execute(
            delete(collections).where(
                collections.c.id == collection_id, collections.c.deleted_at.is_not(None)
            )
        )


def _there(principal: Principal) -> tuple[ColumnElement[bool], ...]:
    return (
        collections.c.organisation_id == principal.organisation_id,
        collections.c.deleted_at.is_(None),
    )


def _readable_in(principal: Principal, collection_id: ColumnElement[str]) -> Select[int]:
    """How many documents the caller may read in a collection that it may read."""
    return (
        select(func.count())
        .select_from(documents)
        .where(documents.c.collection_id == collection_id)
        .where(*readable_by(principal.tokens, principal.barred_labels))
    )


def _changeable(collection: Collection) -> dict[str, object]:
    return {
        "name": collection.name,
        "description": collection.description,
        "access": access_of(collection.grants),
        "labels": list(collection.labels),
    }
