"""Code that runs once a transaction has committed."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

_KEY = "bastide.after_commit"


def after_commit(connection: AsyncConnection, callback: Callable[[], None]) -> None:
    """Call back when the transaction of this connection has committed; never if it rolls back.

    The callback is synchronous, short and must not raise (set an event, wake a task): the change is
    already durable.

    Raises:
        RuntimeError: the connection is not one of `Database.transaction()`.
    """
    callbacks: list[Callable[[], None]] | None = connection.info.get(_KEY)
    if callbacks is None:
        raise RuntimeError("after_commit needs the connection of an open transaction()")
    callbacks.append(callback)


@contextmanager
def collecting(connection: AsyncConnection) -> Generator[list[Callable[[], None]]]:
    """The callbacks that are registered while the context is open. For adapters of the port."""
    info = connection.info  # kept: asking again would reconnect when the connection was lost meanwhile
    info[_KEY] = callbacks = list[Callable[[], None]]()
    try:
        yield callbacks
    finally:
        info.pop(_KEY, None)  # the pool gives the connection to another
