"""The store on SQLite and PostgreSQL."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.contract import Principal, Resource, Sharing
from bastide.kit.events import DomainEvent
from bastide.knowledge.adapters.chunk_cipher import ChunkCipher
from bastide.knowledge.adapters.sql_chunks import SqlChunks
from bastide.knowledge.adapters.sql_collections import SqlCollections
from bastide.knowledge.adapters.sql_documents import SqlDocuments
from bastide.knowledge.adapters.sql_erasures import SqlErasures
from bastide.knowledge.adapters.sql_generations import SqlGenerations
from bastide.knowledge.adapters.sql_runs import SqlRuns
from bastide.operations.contract import Audit, AuditEntry
from bastide.platform.database.port import Database
from bastide.platform.outbox.port import Outbox
from bastide.platform.secrets.data_keys import DataKeys


class SqlUnit:
    def __init__(
        self, connection: AsyncConnection, outbox: Outbox, sharing: Sharing, audit: Audit, data_keys: DataKeys
    ) -> None:
        self._connection = connection
        cipher = ChunkCipher(data_keys)
        self._outbox = outbox
        self._sharing = sharing
        self._audit = audit
        self.collections = SqlCollections(connection)
        self.documents = SqlDocuments(connection)
        self.runs = SqlRuns(connection, cipher)
        self.chunks = SqlChunks(connection, cipher)
        self.generations = SqlGenerations(connection)
        self.erasures = SqlErasures(connection)

    async def announce(self, event: DomainEvent) -> None:
        await self._outbox.append(self._connection, event)

    async def remember(self, principal: Principal, resource: Resource, *, deleted: bool = False) -> None:
        await self._sharing.remember(self._connection, principal, resource, deleted=deleted)

    async def record(self, entry: AuditEntry) -> None:
        await self._audit.record(self._connection, entry)


class SqlKnowledgeStore:
    def __init__(
        self, database: Database, outbox: Outbox, sharing: Sharing, audit: Audit, data_keys: DataKeys
    ) -> None:
        self._database = database
        self._data_keys = data_keys
        self._outbox = outbox
        self._sharing = sharing
        self._audit = audit

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.transaction() as connection:
            yield SqlUnit(connection, self._outbox, self._sharing, self._audit, self._data_keys)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.reading() as connection:
            yield SqlUnit(connection, self._outbox, self._sharing, self._audit, self._data_keys)

    async def compact(self) -> None:
        await self._database.compact()
