"""A model server that streams, in a process of its own, and clients that read streams.

    python -m bench.gateway.streaming PORT

What it does stands in the request's `user`: `EVENTS:GAP_MS`, or `hold` for an answer that never comes.
`GET /closed` tells when a connection was last closed, of the system's monotonic clock.
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvloop

from bench.gateway.places import MODEL, OTHER_CORE, Place, free_port, running

_TICK_S = 0.001
_EVENT = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"tiny","choices":['
    b'{"index":0,"delta":{"content":" word"},"logprobs":null,"finish_reason":null}]}\n\n'
)
_USAGE = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"tiny","choices":[],'
    b'"usage":{"prompt_tokens":9,"completion_tokens":200,"total_tokens":209}}\n\ndata: [DONE]\n\n'
)
_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_WISH = re.compile(rb'"user": ?"(\d+):(\d+)"')


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


_EVENT_CHUNK, _LAST_CHUNKS = _chunk(_EVENT), _chunk(_USAGE) + b"0\r\n\r\n"


@dataclass
class Server:
    """All streams that run, moved on by one timer."""

    streams: set["Stream"] = field(default_factory=set)
    closed: int = 0
    closed_at: float = 0.0

    async def tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            now = loop.time()
            for stream in list(self.streams):
                if stream.due <= now and stream.step(now):
                    self.streams.discard(stream)
            await asyncio.sleep(_TICK_S)


class Stream(asyncio.Protocol):
    """One connection to it."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._buffer = b""
        self._left = 0
        self._gap_s = 0.0
        self.due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._server.streams.discard(self)
        self._server.closed += 1
        self._server.closed_at = time.monotonic()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n")[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length:
            return
        body, self._buffer = self._buffer[end + 4 :], b""
        self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if wish := _WISH.search(body):
            self._left, self._gap_s = int(wish[1]), int(wish[2]) / 1000
            self._transport.write(_HEAD + _EVENT_CHUNK)
            self.due = asyncio.get_running_loop().time() + self._gap_s
            self._server.streams.add(self)
        elif b'"hold"' not in body:
            closed = {"closed": self._server.closed, "at": self._server.closed_at}
            what = closed if b"/closed" in head else {"object": "list", "data": [{"id": MODEL}]}
            text = json.dumps(what).encode()
            self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n" % len(text))
            self._transport.write(b"content-type: application/json\r\n\r\n" + text)

    def step(self, now: float) -> bool:
        """One event more; true at the end."""
        self._left -= 1
        if self._left <= 0:
            self._transport.write(_LAST_CHUNKS)
            return True
        self._transport.write(_EVENT_CHUNK)
        self.due = max(self.due + self._gap_s, now - 1)
        return False


@contextmanager
def streaming_server(folder: Path) -> Iterator[Place]:
    port = free_port()
    command = [sys.executable, "-m", "bench.gateway.streaming", str(port)]
    with running("streams", OTHER_CORE, command, port, folder / "streams.log") as place:
        yield place


def wish(place: Place, user: str) -> bytes:
    """A streamed request."""
    body = json.dumps(
        {"model": MODEL, "messages": [{"role": "user", "content": "Go on."}], "stream": True, "user": user}
    ).encode()
    key = f"authorization: Bearer {place.key}\r\n" if place.key else ""
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{key}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


class Reader(asyncio.Protocol):
    """Reads one stream: counts events, notes when the first came, and ends."""

    def __init__(self, data: bytes) -> None:
        self._request = data
        self.events = 0
        self.failed = b""
        self.started = self.first_s = 0.0
        self.first = asyncio.get_running_loop().create_future()
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.started = time.perf_counter()
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        found = data.count(b"data: ")
        if found and not self.events:
            self.first_s = time.perf_counter() - self.started
            if not self.first.done():
                self.first.set_result(None)
        if not found and not self.events and not data.startswith(b"HTTP/1.1 200"):
            self.failed = data[:300]
        self.events += found
        if data.endswith(b"0\r\n\r\n") or self.failed:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        for future in (self.first, self.ended):
            if not future.done():
                future.set_result(None)


async def read(place: Place, user: str) -> Reader:
    """A stream that has been asked for."""
    _, reader = await asyncio.get_running_loop().create_connection(
        lambda: Reader(wish(place, user)), "127.0.0.1", place.port
    )
    return reader


async def serve(port: int) -> None:
    server = Server()
    await asyncio.get_running_loop().create_server(lambda: Stream(server), "127.0.0.1", port, backlog=4096)
    await server.tick()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
