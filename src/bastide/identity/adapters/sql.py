from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.sql_credentials import SqlKeys, SqlSessions
from bastide.identity.adapters.sql_people import SqlPeople
from bastide.kit.clock import Clock
from bastide.platform.database.port import Database


class SqlUnit:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self.people = SqlPeople(connection, clock)
        self.sessions = SqlSessions(connection)
        self.keys = SqlKeys(connection)


class SqlIdentityStore:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.transaction() as connection:
            yield SqlUnit(connection, self._clock)

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[SqlUnit]:
        async with self._database.reading() as connection:
            yield SqlUnit(connection, self._clock)
