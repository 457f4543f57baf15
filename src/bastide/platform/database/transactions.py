"""What both databases do around a transaction: commit or roll back whatever happens, then call back."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.platform.database.hooks import Ending, collecting
from bastide.platform.uninterrupted import uninterrupted


class Nesting:
    """Refuses a transaction inside a transaction of the same task: on SQLite it would wait for itself."""

    def __init__(self) -> None:
        self._inside: set[asyncio.Task[Any] | None] = set()

    @asynccontextmanager
    async def guard(self) -> AsyncGenerator[None]:
        task = asyncio.current_task()
        if task in self._inside:
            raise RuntimeError("transactions do not nest; pass the connection on")
        self._inside.add(task)
        try:
            yield
        finally:
            self._inside.discard(task)


@asynccontextmanager
async def committing(connection: AsyncConnection) -> AsyncGenerator[AsyncConnection]:
    """Begin; commit on a clean exit and run the callbacks, roll back on an exception.

    Neither end is interrupted when the task is cancelled in the middle of it, so that what the caller's
    callbacks see is what the database holds.
    """
    await connection.begin()
    with collecting(connection) as ending:
        try:
            yield connection
        except BaseException:
            await uninterrupted(connection.rollback())
            raise
        await uninterrupted(_commit(connection, ending))


async def _commit(connection: AsyncConnection, ending: Ending) -> None:
    try:
        for write, rows in ending.gathered.items():
            await write(connection, rows)
        await connection.commit()
    except BaseException:
        await connection.rollback()
        raise
    for callback in ending.callbacks:
        callback()
