"""The store on SQLite and PostgreSQL."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.kit.events import DomainEvent
from bastide.knowledge.adapters.sql_chunks import SqlChunks
from bastide.knowledge.adapters.sql_collections import SqlCollections
from bastide.knowledge.adapters.sql_documents import SqlDocuments
from bastide.knowledge.adapters.sql_erasures import SqlErasures
from bastide.knowledge.adapters.sql_generations import SqlGenerations
from bastide.knowledge.adapters.sql_runs import SqlRuns
from bastide.platform.database.port import Database
from bastide.platform.outbox.port import Outbox


class SqlUnit:
    def __init__(self, connection: AsyncConnection, outbox: Outbox) -> None:
        self._connection = connection
        self._outbox = outbox
        self.collections = SqlCollections(connection)
        self.documents = SqlDocuments(connection)
        self.runs = SqlRuns(connection)
        self.chunks = SqlChunks(connection)
        self.generations = SqlGenerations(connection)
        self.erasures = SqlErasures(connection)

    async def announce(self, event: DomainEvent) -> None:
        await self._outbox.append(self._connection, event)


class SqlKnowledgeStore:
    def __init__(self, database: Database, outbox: Outbox) -> None:
        self._database = database
        self._outbox = outbox

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.transaction() as connection:
            yield SqlUnit(connection, self._outbox)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.reading() as connection:
            yield SqlUnit(connection, self._outbox)

    async def compact(self) -> None:
        await self._database.compact()
