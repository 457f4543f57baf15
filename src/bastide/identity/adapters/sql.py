from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.sql_credentials import SqlKeys, SqlSessions
from bastide.identity.adapters.sql_factors import SqlFactors
from bastide.identity.adapters.sql_groups import SqlGroups
from bastide.identity.adapters.sql_history import SqlHistory
from bastide.identity.adapters.sql_labels import SqlLabels
from bastide.identity.adapters.sql_links import SqlLinks
from bastide.identity.adapters.sql_names import names_of
from bastide.identity.adapters.sql_organisations import SqlOrganisations
from bastide.identity.adapters.sql_passkeys import SqlPasskeys
from bastide.identity.adapters.sql_people import SqlPeople
from bastide.identity.adapters.sql_services import SqlServiceAccounts
from bastide.identity.domain.resources import Resource
from bastide.identity.ports import Grants
from bastide.kit.clock import Clock
from bastide.operations.contract import Audit, AuditEntry
from bastide.platform.database.port import Connection, Database


class SqlUnit:
    def __init__(self, connection: AsyncConnection, clock: Clock, audit: Audit, grants: Grants) -> None:
        self._connection = connection
        self._audit = audit
        self._grants = grants
        self.organisations = SqlOrganisations(connection, clock)
        self.groups = SqlGroups(connection, clock)
        self.labels = SqlLabels(connection)
        self.links = SqlLinks(connection)
        self.services = SqlServiceAccounts(connection, clock)
        self.factors = SqlFactors(connection)
        self.passkeys = SqlPasskeys(connection)
        self.history = SqlHistory(connection)
        self.people = SqlPeople(connection, clock)
        self.sessions = SqlSessions(connection)
        self.keys = SqlKeys(connection)

    async def record(self, entry: AuditEntry) -> None:
        await self._audit.record(self._connection, entry)

    async def withdraw_grants(self, organisation_id: str, grantee: str) -> Sequence[Resource]:
        return await self._grants.withdraw(self._connection, organisation_id, grantee)

    async def names(self, organisation_id: str, tokens: Collection[str]) -> Mapping[str, str]:
        return await names_of(self._connection, organisation_id, tokens)


class SqlIdentityStore:
    def __init__(self, database: Database, clock: Clock, audit: Audit, grants: Grants) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._grants = grants

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.transaction() as connection:
            yield SqlUnit(connection, self._clock, self._audit, self._grants)

    def within(self, connection: Connection) -> SqlUnit:
        return SqlUnit(connection, self._clock, self._audit, self._grants)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.reading() as connection:
            yield SqlUnit(connection, self._clock, self._audit, self._grants)
