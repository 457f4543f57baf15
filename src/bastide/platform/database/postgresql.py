"""PostgreSQL behind the database port, over psycopg 3."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bastide.platform.database.errors import translated
from bastide.platform.database.transactions import Nesting, committing

_POOL_SIZE = 10
_POOL_OVERFLOW = 10
_POOL_TIMEOUT_S = 30
_OPTIONS = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"


class PostgresDatabase:
    """Writers are READ COMMITTED; readers are REPEATABLE READ, READ ONLY: one snapshot."""

    dialect = "postgresql"

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._readers = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._nesting = Nesting()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        with translated():
            async with self._nesting.guard(), self._engine.connect() as connection, committing(connection):
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        with translated():
            async with self._readers.connect() as connection, connection.begin():
                yield connection

    async def compact(self) -> None:
        with translated():
            async with self._engine.connect() as connection:
                autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await autocommit.execute(text("VACUUM"))

    async def close(self) -> None:
        await self._engine.dispose()


def open_postgresql(url: URL) -> PostgresDatabase:
    engine = create_async_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=_POOL_SIZE,
        max_overflow=_POOL_OVERFLOW,
        pool_timeout=_POOL_TIMEOUT_S,
        pool_pre_ping=True,  # the server may have restarted since
        connect_args={"options": _OPTIONS, "application_name": "bastide"},
    )
    return PostgresDatabase(engine)
