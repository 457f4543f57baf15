"""What happens at the end of a transaction: rows written just before the commit, callbacks after it."""

from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

_KEY = "bastide.transaction_end"
Write: TypeAlias = Callable[[AsyncConnection, list[Any]], Awaitable[None]]


@dataclass(slots=True)
class Ending:
    """What waits for the end of a transaction. For adapters of the port."""

    gathered: dict[Write, list[Any]] = field(default_factory=dict[Write, list[Any]])
    callbacks: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])


def after_commit(connection: AsyncConnection, callback: Callable[[], None]) -> None:
    """Call back when the transaction of this connection has committed; never if it rolls back.

    The callback is synchronous, short and must not raise (set an event, wake a task): the change is
    already durable.

    Raises:
        RuntimeError: the connection is not one of `Database.transaction()`.
    """
    _ending_of(connection).callbacks.append(callback)


def at_commit(connection: AsyncConnection, write: Write, row: Any) -> None:
    """Have `write` called with all rows of this transaction, in their order, just before it commits.

    One statement for many rows costs one round trip instead of one each. The rows are part of the
    transaction: when `write` fails, all of it rolls back. Until then statements do not see them.

    Raises:
        RuntimeError: the connection is not one of `Database.transaction()`.
    """
    _ending_of(connection).gathered.setdefault(write, []).append(row)


def _ending_of(connection: AsyncConnection) -> Ending:
    ending: Ending | None = connection.info.get(_KEY)
    if ending is None:
        raise RuntimeError("only on the connection of an open transaction()")
    return ending


@contextmanager
def collecting(connection: AsyncConnection) -> Generator[Ending]:
    """What is registered while the context is open. For adapters of the port."""
    info = connection.info  # kept: asking again would reconnect when the connection was lost meanwhile
    info[_KEY] = ending = Ending()
    try:
        yield ending
    finally:
        info.pop(_KEY, None)  # the pool gives the connection to another
