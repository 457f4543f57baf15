"""One HTTP/1.1 connection to a provider (RFC 9112), read by llhttp.

Why not a client library: those that relay fast enough here run their I/O in a thread of their own, and a
cancelled request goes on there until the model has answered (see docs/adr). Here, cancelling closes the
socket.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from typing import cast

import httptools

from bastide.gateway.domain.errors import UpstreamBrokenError

_PAUSE_ABOVE = 256 * 1024
_MAX_HEAD = 64 * 1024


class LostConnectionError(Exception):
    """The connection ended before a byte of the answer came."""


class Connection(asyncio.Protocol):
    """One request at a time; also the reply to it. Satisfies `UpstreamReply`."""

    def __init__(self) -> None:
        self.idle_since = 0.0
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._waiter: asyncio.Future[None] | None = None
        self._closed = False
        self._failure: str | None = None
        self._reset()

    def _reset(self) -> None:
        self._status = 0
        self._headers: dict[str, str] = {}
        self._received = 0
        self._head_done = False
        self._complete = False
        self._keep = False
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._paused = False

    # what the pool and the client call

    @property
    def status(self) -> int:
        return self._status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._headers

    @property
    def open(self) -> bool:
        """Whether it may be used for another request."""
        return not self._closed and self._transport is not None and not self._transport.is_closing()

    @property
    def reusable(self) -> bool:
        return self.open and self._complete and self._keep

    async def request(self, head: bytes, body: bytes) -> None:
        """Send, and wait for the answer's head.

        Raises:
            LostConnectionError: the server had closed the kept connection.
            UpstreamBrokenError: not HTTP, or cut off within the head.
        """
        if not self.open or self._transport is None:
            raise LostConnectionError
        self._reset()
        self._transport.writelines((head, body))
        while not self._head_done:
            if self._closed:
                if self._received == 0 and self._failure is None:
                    raise LostConnectionError
                raise self._broken()
            await self._wait()

    async def chunk(self) -> bytes:
        while not self._chunks:
            if self._complete:
                return b""
            if self._closed:
                raise self._broken()
            await self._wait()
        if len(self._chunks) == 1:
            data = self._chunks.popleft()
        else:
            data = b"".join(self._chunks)
            self._chunks.clear()
        self._buffered = 0
        if self._paused and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
        return data

    async def chunks(self) -> AsyncIterator[bytes]:
        while data := await self.chunk():
            yield data

    async def read(self, *, max_bytes: int) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while data := await self.chunk():
            pieces.append(data)
            size += len(data)
            if size > max_bytes:
                raise UpstreamBrokenError(
                    f"The model's server sent more than {max_bytes} bytes.", max_bytes=max_bytes
                )
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def abort(self) -> None:
        """Close at once, without waiting for what is unsent."""
        if self._transport is not None:
            self._transport.abort()

    async def _wait(self) -> None:
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _broken(self) -> UpstreamBrokenError:
        why = self._failure or "it closed the connection before its answer ended"
        return UpstreamBrokenError(f"The model's server broke off: {why}.")

    # asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"it does not speak HTTP ({error})")
            return
        if not self._head_done and self._received > _MAX_HEAD:
            self._fail("its answer's head is too long")
            return
        if self._buffered > _PAUSE_ABOVE and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        if exc is not None:
            self._failure = self._failure or f"connection lost ({exc})"
        elif self._head_done and not self._complete and self._until_close():
            self._complete = True
        self._wake()

    def _until_close(self) -> bool:
        """A body without a length ends where the connection does (RFC 9112, 6.3)."""
        return not {"content-length", "transfer-encoding"} & self._headers.keys()

    def _fail(self, why: str) -> None:
        self._failure = why
        self._closed = True
        self.abort()
        self._wake()

    # llhttp callbacks

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # 100 Continue, 103 Early Hints: the answer is still to come
            self._headers = {}
            return
        self._status = status
        self._keep = self._parser.should_keep_alive()
        self._head_done = True

    def on_body(self, body: bytes) -> None:
        self._chunks.append(body)
        self._buffered += len(body)

    def on_message_complete(self) -> None:
        if self._head_done:
            self._complete = True
