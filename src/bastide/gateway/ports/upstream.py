"""How the gateway talks to providers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import msgspec


class UpstreamRequest(msgspec.Struct, frozen=True):
    """One HTTP request to a provider. Header names are lower case; length and host are added."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""


class UpstreamReply(Protocol):
    """The answer, from its head on. Header names are lower case."""

    @property
    def status(self) -> int: ...

    @property
    def headers(self) -> Mapping[str, str]: ...

    async def read(self, *, max_bytes: int) -> bytes:
        """The rest of the body. Raises UpstreamBrokenError when it is longer than `max_bytes`."""
        ...

    async def chunk(self) -> bytes:
        """The next bytes as soon as there are any; empty at the end.

        Raises:
            UpstreamBrokenError: the connection ended before the body did.
        """
        ...

    def chunks(self) -> AsyncIterator[bytes]:
        """Each `chunk` up to the end."""
        ...


class Upstream(Protocol):
    """Speaks HTTP to providers over kept connections. Follows no redirect and changes no body."""

    def send(self, request: UpstreamRequest) -> AbstractAsyncContextManager[UpstreamReply]:
        """Entered once the answer's head is there.

        Leaving the context before the body's end, or being cancelled at any await, closes the connection at
        once: that is how a model server learns that nobody waits any more.

        Raises:
            UpstreamUnreachableError: no connection; nothing was sent.
            UpstreamBrokenError: the connection was lost, or what came is not HTTP.
        """
        ...

    async def close(self) -> None: ...
