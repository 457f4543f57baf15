"""SQLite's driver with one trip per statement.

A connection lives in a thread of its own. SQLAlchemy would send each statement there four times: for a
cursor, to execute, to fetch, to close. A trip changes threads twice: most of what a short query costs.
"""

import sqlite3
from asyncio import CancelledError
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, Self

import aiosqlite

_CHUNK_ROWS = 64  # aiosqlite asks for it, for a way of reading that nobody uses here


class _Outcome(NamedTuple):
    description: Any = None
    rows: Iterable[Any] = ()
    rowcount: int = -1
    lastrowid: int | None = None


class OneTripConnection(aiosqlite.Connection):
    def __init__(self, path: str) -> None:
        super().__init__(partial(sqlite3.connect, path), _CHUNK_ROWS)
        self._thread.daemon = True  # as SQLAlchemy sees to with connections of its own making
        self._left_alone = False

    def cursor(self) -> "OneTripCursor":  # pyright: ignore[reportIncompatibleMethodOverride]  # no trip
        return OneTripCursor(self)

    async def rollback(self) -> None:
        """SQLAlchemy asks for it after each commit, too; then there is nothing to do."""
        if self._left_alone or self.in_transaction:
            await super().rollback()
            self._left_alone = False

    async def run(self, statement: Callable[[sqlite3.Cursor], object]) -> _Outcome:
        """In the connection's thread, all of it."""
        return await self._execute(self._run, statement)

    def _run(self, statement: Callable[[sqlite3.Cursor], object]) -> _Outcome:
        cursor = self._conn.cursor()
        try:
            statement(cursor)
            rows = cursor.fetchall()
            return _Outcome(cursor.description, rows, cursor.rowcount, cursor.lastrowid)
        finally:
            cursor.close()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return await super()._execute(fn, *args, **kwargs)  # pyright: ignore[reportUnknownMemberType]
        except CancelledError:
            self._left_alone = True  # the thread goes on: it may yet begin a transaction
            raise


class OneTripCursor:
    """A cursor as SQLAlchemy uses it: for one statement, of which it wants all rows."""

    arraysize = 1

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._outcome = _Outcome()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._outcome = await self._connection.run(lambda cursor: cursor.execute(sql, parameters))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._outcome = await self._connection.run(lambda cursor: cursor.executemany(sql, parameters))

    async def fetchall(self) -> Iterable[Any]:
        return self._outcome.rows

    async def close(self) -> None:
        """The trip has closed it."""

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._outcome.lastrowid


async def connect(path: str) -> aiosqlite.Connection:
    """As an engine's `async_creator`."""
    return await OneTripConnection(path)
