"""Keeps a silent stream alive: proxies and clients close a connection on which nothing moves."""

import asyncio
from collections.abc import Awaitable, Callable

COMMENT = b": keep-alive\n\n"
"""Clients skip it: a line that begins with a colon (WHATWG HTML, server-sent events)."""


class Pulse:
    """Has a comment written whenever nothing was written for `every_s`; only ever between two events.

    One timer per stream: an event only moves the moment that the timer compares with when it fires.
    """

    def __init__(self, comment: Callable[[], Awaitable[None]], every_s: float) -> None:
        self._comment = comment
        self._every_s = every_s
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._task: asyncio.Task[None] | None = None
        self._timer = self._loop.call_later(every_s, self._check)

    def beat(self) -> None:
        """Something was written."""
        self._last = self._loop.time()

    def stop(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    async def settled(self) -> None:
        """Returns once a comment on its way has left."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def _check(self) -> None:
        if self._loop.time() - self._last >= self._every_s:
            if self._task is None or self._task.done():  # else the client does not even take the last one
                self._task = self._loop.create_task(self._write())
            self._last = self._loop.time()
        self._timer = self._loop.call_at(self._last + self._every_s, self._check)

    async def _write(self) -> None:
        await self._comment()
