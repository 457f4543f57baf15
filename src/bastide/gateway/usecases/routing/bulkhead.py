"""How many requests run at one deployment, and who of those that wait is next."""

import asyncio
from collections import OrderedDict, deque

from bastide.gateway.domain.errors import QueueFullError


class Bulkhead:
    """Requests beyond `limit` wait, at most `max_queue` of them; tenants take turns.

    A full queue makes room for a tenant that waits less than another: the other's newest is refused.
    """

    def __init__(self, limit: int | None, max_queue: int) -> None:
        self._limit = limit
        self._max_queue = max_queue
        self._lines: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self.running = 0
        self.waiting = 0

    def resize(self, limit: int | None, max_queue: int) -> None:
        """New bounds; those who run or wait already stay."""
        self._limit, self._max_queue = limit, max_queue
        self._admit()

    def has_room(self, queue: int) -> bool:
        """Whether a request would run at once, or find fewer than `queue` waiting."""
        return self._limit is None or self.running < self._limit or self.waiting < queue

    async def enter(self, tenant: str) -> None:
        """Returns when the request may run. Raises QueueFullError."""
        if self._limit is None or (self.running < self._limit and not self.waiting):
            self.running += 1
            return
        if self.waiting >= self._max_queue and not self._make_room(tenant):
            raise _full()
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(tenant, deque()).append(turn)
        self.waiting += 1
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self.leave()  # it was our turn just now
            else:
                self._remove(tenant, turn)
            raise

    def leave(self) -> None:
        """A request that ran has ended."""
        self.running -= 1
        self._admit()

    def _admit(self) -> None:
        while self.waiting and (self._limit is None or self.running < self._limit):
            tenant, line = next(iter(self._lines.items()))
            turn = line.popleft()
            self.waiting -= 1
            if line:
                self._lines.move_to_end(tenant)
            else:
                del self._lines[tenant]
            if not turn.done():
                self.running += 1
                turn.set_result(None)

    def _make_room(self, tenant: str) -> bool:
        if not self._lines:
            return False
        longest = max(self._lines, key=lambda each: len(self._lines[each]))
        if len(self._lines[longest]) <= len(self._lines.get(tenant, ())) + 1:
            return False
        turn = self._lines[longest].pop()
        self.waiting -= 1
        if not turn.done():
            turn.set_exception(_full())
        return True

    def _remove(self, tenant: str, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(tenant)
        if line is not None and turn in line:
            line.remove(turn)
            self.waiting -= 1
            if not line:
                del self._lines[tenant]


def _full() -> QueueFullError:
    return QueueFullError("The model is busy and its queue is full; try again soon.", retry_after_s=1)
