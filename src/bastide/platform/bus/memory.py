"""The bus inside one process."""

import asyncio
from collections.abc import Sequence
from itertools import cycle

import structlog

from bastide.kit.errors import UnavailableError
from bastide.kit.events import DomainEvent
from bastide.platform.bus.lanes import Lanes
from bastide.platform.bus.port import Handler
from bastide.platform.bus.topics import matches

_PAUSES_S = (0.05, 0.5, 2.0)
_REMEMBERED = 10_000

log = structlog.get_logger()


class NotDeliveredError(UnavailableError):
    """A handler failed at every attempt, or the bus is not running; publish the event again."""

    code = "bus.not_delivered"


class _Group:
    """Handlers of one topic take turns; events of one key wait for each other."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self._handlers: dict[str, list[Handler]] = {}
        self._turns: dict[str, cycle[Handler]] = {}

    def add(self, pattern: str, handler: Handler) -> None:
        handlers = self._handlers.setdefault(pattern, [])
        handlers.append(handler)
        self._turns[pattern] = cycle(handlers)

    def choose(self, topic: str) -> Handler | None:
        pattern = next((pattern for pattern in self._turns if matches(pattern, topic)), None)
        return None if pattern is None else next(self._turns[pattern])


class MemoryBus:
    """`publish` returns when every group has handled the event.

    Nothing else holds the event, so that is when it is accepted: if the process dies before, the outbox
    still has it. An event published again after a failure reaches only the groups that it has not reached
    yet. A handler must not publish an event with the key of its own: it would wait for itself.
    """

    def __init__(self, *, pauses_s: Sequence[float] = _PAUSES_S) -> None:
        self._pauses_s = pauses_s
        self._groups: dict[str, _Group] = {}
        self._reached: dict[str, set[str]] = {}  # by event: the groups that handled it while others failed
        self._running: set[asyncio.Future[None]] = set()
        self._open = False

    def subscribe(self, topic: str, group: str, handler: Handler) -> None:
        self._groups.setdefault(group, _Group()).add(topic, handler)

    async def start(self) -> None:
        self._open = True

    async def stop(self) -> None:
        self._open = False
        if self._running:
            await asyncio.wait(self._running)

    async def publish(self, event: DomainEvent) -> None:
        if not self._open:
            raise NotDeliveredError("The bus is not running.", event_id=event.id)
        delivery = asyncio.ensure_future(self._deliver(event))
        self._running.add(delivery)
        delivery.add_done_callback(self._running.discard)
        await asyncio.shield(delivery)  # a publisher that goes away does not stop the handlers

    async def _deliver(self, event: DomainEvent) -> None:
        reached = self._reached.pop(event.id, set[str]())
        names = [name for name in self._groups if name not in reached]
        handled = await asyncio.gather(*(self._hand(event, self._groups[name]) for name in names))
        failed = [name for name, done in zip(names, handled, strict=True) if not done]
        if failed:
            self._remember(event.id, reached | (set(names) - set(failed)))
            raise NotDeliveredError("A handler failed at every attempt.", event_id=event.id, groups=failed)

    async def _hand(self, event: DomainEvent, group: _Group) -> bool:
        handler = group.choose(event.topic)
        if handler is None:
            return True
        async with group.lanes.hold(event.key):
            for pause_s in (*self._pauses_s, None):
                try:
                    await handler(event)
                except Exception:  # edge: a handler may raise anything and stops nobody
                    log.exception("bus.handler_failed", event_id=event.id, topic=event.topic)
                else:
                    return True
                if pause_s is None or not self._open:
                    break
                await asyncio.sleep(pause_s)
        return False

    def _remember(self, event_id: str, groups: set[str]) -> None:
        if len(self._reached) >= _REMEMBERED:
            del self._reached[next(iter(self._reached))]
        self._reached[event_id] = groups
