"""The outbox port: events written in the transaction of the change, delivered afterwards, never lost."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.kit.events import DomainEvent

Deliver: TypeAlias = Callable[[DomainEvent], Awaitable[None]]


class Outbox(Protocol):
    """Rows in the table `outbox`, in the same database as the change."""

    async def append(self, connection: AsyncConnection, event: DomainEvent) -> None:
        """Within the caller's transaction: it is there if and only if the change is.

        The relay of this process is woken when the transaction commits.
        """
        ...


class Relay(Protocol):
    """Takes events out of the outbox in order and hands each to every `Deliver` (start a workflow, publish
    on the bus). An event is marked delivered only after all of them returned; a failure is retried with
    growing pauses and blocks only events of the same key. Several processes share the work safely.
    """

    def on(self, topic: str, deliver: Deliver) -> None:
        """`topic` may end in `*`. Before `start`."""
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...
