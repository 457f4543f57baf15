"""The bus port: domain events out of the outbox to whoever listens, at least once, in order per key."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from bastide.kit.events import DomainEvent

Handler: TypeAlias = Callable[[DomainEvent], Awaitable[None]]


class Bus(Protocol):
    """Delivers events to subscribers.

    Delivery is at least once: a handler must bear repetition (use `event.id`). Events of one key arrive in
    order. A handler that raises is logged and sees the event again; it never stops another handler.
    """

    async def publish(self, event: DomainEvent) -> None:
        """Returns once the event is accepted for delivery. Raises UnavailableError when it is not."""
        ...

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        """`topic` may end in `*` (`document.*`). Within a group, over all processes, one handler gets it.

        Call before `start`.
        """
        ...

    async def start(self) -> None: ...

    async def stop(self) -> None:
        """Waits for handlers that are running."""
        ...
