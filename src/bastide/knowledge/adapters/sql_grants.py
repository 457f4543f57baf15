"""Takes back what was granted to somebody, wherever it was."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Text, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.contract import Resource
from bastide.kit.clock import Clock
from bastide.knowledge.adapters.rows import SEEN, collection_of, document_of
from bastide.knowledge.adapters.sql_collections import SqlCollections
from bastide.knowledge.adapters.sql_documents import SqlDocuments
from bastide.knowledge.adapters.tables import collections, documents
from bastide.knowledge.domain.sharing import grants_without
from bastide.knowledge.usecases.events import CHANGED, document_event
from bastide.platform.outbox.port import Outbox


class SqlGrants:
    """Satisfies the port `Grants` of identity."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    async def withdraw(
        self, connection: AsyncConnection, organisation_id: str, grantee: str
    ) -> Sequence[Resource]:
        found = await self._of_collections(connection, organisation_id, grantee)
        return [*found, *await self._of_documents(connection, organisation_id, grantee)]

    async def _of_collections(
        self, connection: AsyncConnection, organisation_id: str, grantee: str
    ) -> list[Resource]:
        named = select(collections).where(
            collections.c.organisation_id == organisation_id,
            collections.c.deleted_at.is_(None),
            _names(collections.c.access, grantee),
        )
        changed: list[Resource] = []
        for row in (await connection.execute(named)).mappings().all():
            collection = collection_of(row)
            after = replace(collection, grants=grants_without(collection.resource, grantee))
            await SqlCollections(connection).change(after)
            changed.append(after.resource)
        return changed

    async def _of_documents(
        self, connection: AsyncConnection, organisation_id: str, grantee: str
    ) -> list[Resource]:
        named = SEEN.where(
            documents.c.organisation_id == organisation_id,
            documents.c.narrowed,
            _names(documents.c.access, grantee),
        )
        changed: list[Resource] = []
        for row in (await connection.execute(named)).mappings().all():
            document = document_of(row)
            after = replace(document, grants=grants_without(document.resource, grantee))
            await SqlDocuments(connection).change(after)
            await self._outbox.append(connection, document_event(CHANGED, after, self._clock.now()))
            changed.append(after.resource)
        return changed


def _names(access: ColumnElement[object], grantee: str) -> ColumnElement[bool]:
    return cast(access, Text).contains(f'"{grantee}"', autoescape=True)
