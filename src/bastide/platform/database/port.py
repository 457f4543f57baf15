"""The database port: one relational database, SQLite or PostgreSQL, spoken to in SQLAlchemy Core."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

Connection: TypeAlias = AsyncConnection
"""What an open transaction is passed on as, for modules that know no driver."""


class Database(Protocol):
    """Short transactions; none stays open across a network or model call."""

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        ...

    def transaction(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A writing transaction: commits on a clean exit, rolls back on an exception.

        On SQLite it starts with BEGIN IMMEDIATE and writers of this process queue fairly; on PostgreSQL it is
        READ COMMITTED. A serialisation fault or a lock time-out raises UnavailableError. Code that must run
        after the commit registers with `after_commit`.
        """
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A snapshot to read from; never blocks a writer. Writing in it is an error."""
        ...

    async def compact(self) -> None:
        """Give space back and leave nothing of deleted rows on the disk. Slow; not while others write."""
        ...

    async def close(self) -> None: ...
