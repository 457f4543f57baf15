"""The cache inside one process."""

import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import inf

from bastide.platform.cache.errors import NotACounterError
from bastide.platform.cache.mailbox import Mailbox

_CAPACITY = 100_000
_SWEEP_S = 30.0
_COUNTER = re.compile(rb"0|-?[1-9][0-9]{0,18}")  # what Redis can count: int() takes much more


@dataclass(slots=True)
class _Entry:
    value: bytes
    expires_at: float


class MemoryCache:
    """Expired entries are dropped when met and by a sweep on write; when full, the oldest goes."""

    def __init__(self, *, capacity: int = _CAPACITY, now: Callable[[], float] = time.monotonic) -> None:
        self._entries: dict[str, _Entry] = {}
        self._capacity = capacity
        self._now = now
        self._sweep_at = now() + _SWEEP_S
        self._mailboxes: dict[str, set[Mailbox]] = {}

    async def get(self, key: str) -> bytes | None:
        entry = self._living(key)
        return entry.value if entry else None

    async def set(self, key: str, value: bytes, *, ttl_s: float | None = None) -> None:
        self._store(key, value, ttl_s)

    async def add(self, key: str, value: bytes, *, ttl_s: float) -> bool:
        if self._living(key):
            return False
        self._store(key, value, ttl_s)
        return True

    async def delete(self, *keys: str) -> int:
        living = {key for key in keys if self._living(key)}
        for key in living:
            del self._entries[key]
        return len(living)

    async def increment(self, key: str, by: int = 1, *, ttl_s: float | None = None) -> int:
        entry = self._living(key)
        if entry is None:
            self._store(key, b"%d" % by, ttl_s)
            return by
        if not _COUNTER.fullmatch(entry.value):
            raise NotACounterError("The value of this key is not a number.", key=key)
        count = int(entry.value) + by
        entry.value = b"%d" % count
        return count

    async def publish(self, channel: str, message: bytes) -> None:
        for mailbox in self._mailboxes.get(channel, ()):
            mailbox.put(channel, message)

    @asynccontextmanager
    async def subscribe(
        self,
        *channels: str,
        silence_s: float | None = None,  # noqa: ARG002  # nothing to lose here
    ) -> AsyncGenerator[Mailbox]:
        mailbox = Mailbox()
        for channel in channels:
            self._mailboxes.setdefault(channel, set()).add(mailbox)
        try:
            yield mailbox
        finally:
            for channel in channels:
                listeners = self._mailboxes[channel]
                listeners.discard(mailbox)
                if not listeners:
                    del self._mailboxes[channel]

    async def close(self) -> None:
        for mailbox in {mailbox for listeners in self._mailboxes.values() for mailbox in listeners}:
            mailbox.close()

    def _living(self, key: str) -> _Entry | None:
        entry = self._entries.get(key)
        if entry and entry.expires_at <= self._now():
            del self._entries[key]
            return None
        return entry

    def _store(self, key: str, value: bytes, ttl_s: float | None) -> None:
        now = self._now()
        if now >= self._sweep_at:
            self._entries = {k: entry for k, entry in self._entries.items() if entry.expires_at > now}
            self._sweep_at = now + _SWEEP_S
        self._entries.pop(key, None)  # so that a new value is the youngest
        if len(self._entries) >= self._capacity:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = _Entry(value, inf if ttl_s is None else now + ttl_s)
