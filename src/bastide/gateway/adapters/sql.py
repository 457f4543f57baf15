"""The gateway's rows in SQL."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.sql_catalogue import SqlCatalogueRows, read_revision
from bastide.gateway.adapters.sql_guardrails import SqlGuardrailRows
from bastide.gateway.adapters.sql_limits import SqlLimitRows
from bastide.gateway.adapters.sql_policies import SqlPolicyRows
from bastide.gateway.adapters.sql_prompts import SqlPromptRows
from bastide.gateway.adapters.sql_usage import SqlUsageRows
from bastide.kit.events import DomainEvent
from bastide.operations.contract import Audit, AuditEntry
from bastide.platform.database.port import Database
from bastide.platform.outbox.port import Outbox


class SqlUnit:
    def __init__(self, connection: AsyncConnection, dialect: str, outbox: Outbox, audit: Audit) -> None:
        self._connection = connection
        self._outbox = outbox
        self._audit = audit
        self.catalogue = SqlCatalogueRows(connection)
        self.limits = SqlLimitRows(connection)
        self.guardrails = SqlGuardrailRows(connection)
        self.policies = SqlPolicyRows(connection)
        self.prompts = SqlPromptRows(connection)
        self.usage = SqlUsageRows(connection, dialect)

    async def emit(self, event: DomainEvent) -> None:
        await self._outbox.append(self._connection, event)

    async def record(self, entry: AuditEntry) -> None:
        await self._audit.record(self._connection, entry)


class SqlGatewayStore:
    def __init__(self, database: Database, outbox: Outbox, audit: Audit) -> None:
        self._database = database
        self._outbox = outbox
        self._audit = audit

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.transaction() as connection:
            yield SqlUnit(connection, self._database.dialect, self._outbox, self._audit)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.reading() as connection:
            yield SqlUnit(connection, self._database.dialect, self._outbox, self._audit)

    async def revision(self) -> int:
        async with self._database.reading() as connection:
            return await read_revision(connection)
