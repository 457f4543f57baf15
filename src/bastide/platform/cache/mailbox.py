"""A subscriber's messages between their arrival and their reading."""

import asyncio
from collections import deque

_CAPACITY = 1000


class Mailbox:
    """An async iterator over messages; when nobody reads, the oldest make room for the newest."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._messages: deque[tuple[str, bytes]] = deque(maxlen=capacity)
        self._changed = asyncio.Event()
        self._closed = False

    def put(self, channel: str, message: bytes) -> None:
        self._messages.append((channel, message))
        self._changed.set()

    def close(self) -> None:
        """The iteration ends after the messages that are here."""
        self._closed = True
        self._changed.set()

    def __aiter__(self) -> "Mailbox":
        return self

    async def __anext__(self) -> tuple[str, bytes]:
        while not self._messages:
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._messages.popleft()
