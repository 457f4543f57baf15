"""SQLite behind the database port: one connection that writes, several that read."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bastide.platform.database.errors import DatabaseBusyError, translated
from bastide.platform.database.sqlite_driver import connect
from bastide.platform.database.transactions import Nesting, committing

_READERS = 8
_BUSY_TIMEOUT_S = 10  # how long another process may hold the write lock
_QUEUE_TIMEOUT_S = 60  # how long writers of this process may keep one of them waiting

# KiB per connection. What does not fit is read again out of the system's cache: ten passages cost the same
# processor time with 16 MiB as with 2, in a database of 10 MB and of 100. Nine times 16 MiB were 144 to fill.
_WRITER_CACHE = "cache_size=-4096"
_READER_CACHE = "cache_size=-2048"

_NO_BEGIN = {"bastide_no_begin": True}  # execution option: VACUUM runs outside of transactions only

_PRAGMAS = (
    "journal_mode=WAL",
    # FULL, not NORMAL: what was answered with 2xx (a document accepted, a request billed) must be there
    # after a power cut. With WAL this costs one fsync per transaction.
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # deleted text is overwritten with zeros: erasure must leave no trace
    f"busy_timeout={_BUSY_TIMEOUT_S * 1000}",
    "temp_store=MEMORY",  # no text in temporary files
)


class SqliteDatabase:
    """Writers queue at an asyncio lock, first come first served; readers never wait for them (WAL)."""

    dialect = "sqlite"

    def __init__(self, writer: AsyncEngine, readers: AsyncEngine) -> None:
        self._writer = writer
        self._readers = readers
        self._turn = asyncio.Lock()
        self._nesting = Nesting()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[AsyncConnection]:
        with translated():
            async with (
                self._nesting.guard(),
                self._my_turn(),
                self._writer.connect() as connection,
                committing(connection),
            ):
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        with translated():
            async with self._readers.connect() as connection, connection.begin():
                yield connection

    async def compact(self) -> None:
        with translated():
            async with self._my_turn(), self._writer.connect() as connection:
                plain = await connection.execution_options(**_NO_BEGIN)
                await plain.execute(text("VACUUM"))
                await plain.run_sync(truncate_wal)

    async def close(self) -> None:
        await self._readers.dispose()
        await self._writer.dispose()

    @asynccontextmanager
    async def _my_turn(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(_QUEUE_TIMEOUT_S):
                await self._turn.acquire()
        except TimeoutError as error:
            raise DatabaseBusyError("Other writers kept the database for too long; try again.") from error
        try:
            yield
        finally:
            self._turn.release()


def open_sqlite(url: URL) -> SqliteDatabase:
    """`url` names a file; its folder must exist."""
    url = url.set(drivername="sqlite+aiosqlite")
    creator = partial(connect, url.database or "")
    engine = partial(create_async_engine, url, max_overflow=0, async_creator=creator)
    writer = engine(pool_size=1)
    readers = engine(
        pool_size=_READERS, pool_use_lifo=True
    )  # the last used goes first: its page cache is warm
    prepare(writer.sync_engine, begin="BEGIN IMMEDIATE", pragmas=(*_PRAGMAS, _WRITER_CACHE))
    prepare(readers.sync_engine, begin="BEGIN", pragmas=(*_PRAGMAS, _READER_CACHE, "query_only=ON"))
    return SqliteDatabase(writer, readers)


def truncate_wal(connection: Connection) -> None:
    """Move what the write-ahead log holds into the database file and leave the log empty.

    Raises:
        DatabaseBusyError: readers were in the way for the whole busy time-out.
    """
    busy, *_ = connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    if busy:
        raise DatabaseBusyError("The database is being read; try again.")


def prepare(engine: Engine, *, begin: str, pragmas: tuple[str, ...]) -> None:
    """Set each new connection up and let us, not the driver, begin transactions."""

    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # else the driver begins by itself, deferred, and late
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def began(connection: Connection) -> None:
        if not _NO_BEGIN.items() <= connection.get_execution_options().items():
            connection.exec_driver_sql(begin)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", began)
