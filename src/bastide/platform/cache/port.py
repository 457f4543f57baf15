"""The cache port: small shared values with a time to live, counters, and messages between processes."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol


class Cache(Protocol):
    """A projection that may vanish at any time: nothing is true only here.

    Keys are dotted words below a tenant (`org_x:session:…`). Values are bytes. A time to live is in seconds.
    """

    async def get(self, key: str) -> bytes | None:
        """The value, or None when there is none or it has expired."""
        ...

    async def set(self, key: str, value: bytes, *, ttl_s: float | None = None) -> None:
        """Store; replaces value and time to live."""
        ...

    async def add(self, key: str, value: bytes, *, ttl_s: float) -> bool:
        """Store only if the key is free; True if it was. Atomic: of many callers one gets True."""
        ...

    async def delete(self, *keys: str) -> int:
        """How many of them existed."""
        ...

    async def increment(self, key: str, by: int = 1, *, ttl_s: float | None = None) -> int:
        """Atomic; a missing key counts from 0. `ttl_s` is set only when the key is made."""
        ...

    async def publish(self, channel: str, message: bytes) -> None:
        """To everyone who listens now, in every process; kept for nobody."""
        ...

    def subscribe(
        self, *channels: str, silence_s: float | None = None
    ) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        """Messages (channel, message) from when the context is entered. Slow readers lose the oldest.

        The iteration ends when the connection is lost, as what is published from then on is not heard:
        subscribe again. With `silence_s` also when the server has not answered for so long.
        """
        ...

    async def close(self) -> None: ...
