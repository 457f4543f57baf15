from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.contract import Principal
from bastide.knowledge.adapters.rows import access_of, collection_of
from bastide.knowledge.adapters.sql_documents import readable_by
from bastide.knowledge.adapters.tables import collections, documents
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.errors import CollectionNameTakenError
from bastide.platform.database.errors import DuplicateError, translated


class SqlCollections:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, collection: Collection) -> None:
        statement = insert(collections).values(
            id=collection.id,
            organisation_id=collection.organisation_id,
            owner_id=collection.owner_id,
            created_at=collection.created_at,
            **_changeable(collection),
        )
        try:
            with translated():
                await self._connection.execute(statement)
        except DuplicateError as error:
            raise _taken(collection) from error

    async def get(self, organisation_id: str, name_or_id: str) -> Collection | None:
        rows = await self._connection.execute(
            select(collections)
            .where(
                collections.c.organisation_id == organisation_id,
                or_(collections.c.id == name_or_id, collections.c.name == name_or_id),
                collections.c.deleted_at.is_(None),
            )
            .order_by(case((collections.c.id == name_or_id, 0), else_=1))
            .limit(1)
        )
        row = rows.mappings().first()
        return None if row is None else collection_of(row)

    async def of_organisation(self, principal: Principal) -> Sequence[Collection]:
        count = (
            select(func.count())
            .where(documents.c.collection_id == collections.c.id, documents.c.parent_id == "")
            .where(*readable_by(principal.tokens, principal.barred_labels))
            .scalar_subquery()
            .label("documents_count")
        )
        rows = await self._connection.execute(
            select(collections, count)
            .where(
                collections.c.organisation_id == principal.organisation_id, collections.c.deleted_at.is_(None)
            )
            .order_by(collections.c.name)
        )
        return [collection_of(row, row["documents_count"]) for row in rows.mappings()]

    async def change(self, collection: Collection) -> None:
        statement = (
            update(collections).where(collections.c.id == collection.id).values(**_changeable(collection))
        )
        try:
            with translated():
                await self._connection.execute(statement)
        except DuplicateError as error:
            raise _taken(collection) from error

    async def hide(self, collection_id: str, at: datetime) -> None:
        await self._connection.execute(
            update(collections)
            .where(collections.c.id == collection_id)
            .values(name=collection_id, description="", deleted_at=at)
        )

    async def remove(self, collection_id: str) -> None:
        await self._connection.execute(
            delete(collections).where(
                collections.c.id == collection_id, collections.c.deleted_at.is_not(None)
            )
        )


def _changeable(collection: Collection) -> dict[str, object]:
    return {
        "name": collection.name,
        "description": collection.description,
        "access": access_of(collection.grants),
        "labels": list(collection.labels),
    }


def _taken(collection: Collection) -> CollectionNameTakenError:
    return CollectionNameTakenError("There is a collection of this name already.", name=collection.name)
