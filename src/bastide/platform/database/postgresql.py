"""PostgreSQL behind the database port, over psycopg 3."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bastide.platform.database.errors import translated
from bastide.platform.database.transactions import Nesting, committing
from bastide.platform.uninterrupted import uninterrupted

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
            async with self._nesting.guard(), _connected(self._engine) as connection, committing(connection):
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        with translated():
            async with _connected(self._readers) as connection, connection.begin():
                yield connection

    async def compact(self) -> None:
        with translated():
            async with self._engine.connect() as connection:
                autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await autocommit.execute(text("VACUUM"))

    async def close(self) -> None:
        await self._engine.dispose()


@asynccontextmanager
async def _connected(engine: AsyncEngine) -> AsyncGenerator[AsyncConnection]:
    """A connection of the pool, given back whenever the task is cancelled.

    Between taking it out of the pool and handing it over, SQLAlchemy sets it up, and psycopg lets other tasks
    run meanwhile: who was cancelled there left the connection to the garbage collector, in its own time.
    """
    connection = engine.connect()
    try:
        await uninterrupted(connection.start())
        yield connection
    finally:
        if connection.sync_connection is not None:
            await uninterrupted(connection.close())


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
