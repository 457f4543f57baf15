"""uvicorn's HTTP/1.1 connection, with three things more: when a request began to arrive, who wants to know
that the client has gone, and a refusal that costs next to nothing while the process is overloaded.
"""

import asyncio
import time
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from bastide.platform.http.answer import Answer
from bastide.platform.http.gate import Gate

_LENGTH = b"\r\ncontent-length:"
_BODY = (
    b'{"error":{"message":"The server is overloaded; try again in a second.","type":"api_error",'
    b'"code":"server.overloaded","param":null,"details":{"retry_after_s":1}}}'
)
_HEADERS = ((b"content-type", b"application/json"), (b"retry-after", b"1"))
_REFUSAL = b"HTTP/1.1 503 Service Unavailable\r\n%b\r\ncontent-length: %d\r\n\r\n%b" % (
    b"\r\n".join(b"%b: %b" % header for header in _HEADERS),
    len(_BODY),
    _BODY,
)


def guarded_connection(gate: Gate, paths: tuple[str, ...]) -> type[asyncio.Protocol]:
    """What uvicorn makes for each client. `paths` are those that the gate guards, for POST."""
    heads = frozenset(f"POST {path} HTTP/1.1".encode() for path in paths)
    return cast("type[asyncio.Protocol]", partial(Connection, gate=gate, paths=frozenset(paths), heads=heads))


class Connection(HttpToolsProtocol):
    """One client. Puts into `scope["state"]`: `began_at` (`time.perf_counter`) and `connection` (itself)."""

    def __init__(
        self, *args: Any, gate: Gate, paths: frozenset[str], heads: frozenset[bytes], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._gate = gate
        self._paths = paths
        self._heads = heads
        self._between = True  # no byte of a next request has come
        self._watchers: set[Callable[[], None]] = set()

    def when_lost(self, watcher: Callable[[], None]) -> None:
        """Call it once, as soon as the client has gone."""
        if self.transport.is_closing():
            self.loop.call_soon(watcher)
        self._watchers.add(watcher)

    def forget(self, watcher: Callable[[], None]) -> None:
        self._watchers.discard(watcher)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        watchers, self._watchers = self._watchers, set()
        for watcher in watchers:
            watcher()

    def data_received(self, data: bytes) -> None:
        if self._gate.full and self._is_whole_request(data):
            self._gate.refused += 1
            self.transport.write(_REFUSAL)
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._between = False
        state: dict[str, Any] = self.scope.setdefault("state", {})
        state["began_at"] = time.perf_counter()
        state["connection"] = self

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._between = True

    def _is_whole_request(self, data: bytes) -> bool:
        """One guarded request, all of it, and nothing before or after: it can be refused unparsed."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        free = self._between and (cycle is None or cycle.response_complete)
        if not free or data[: data.find(b"\r\n")] not in self._heads:
            return False
        head, end, body = data.partition(b"\r\n\r\n")
        head = head.lower()
        at = head.find(_LENGTH)
        if at < 0 or not end:
            return False
        length = head[at + len(_LENGTH) :].partition(b"\r\n")[0].strip()
        return length == b"%d" % len(body)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        scope = cycle.scope
        if scope["path"] in self._paths and scope["method"] == "POST":
            if self._gate.full:
                self._gate.refused += 1
                app = _refuse
            else:
                self._gate.arrived()
                app = partial(_counted, self._gate, Answer(cycle, self.loop), app)
        super()._start_asgi_task(cycle, app)


async def _counted(  # three are ASGI's
    gate: Gate,
    answer: Answer,
    app: ASGIApp,
    scope: Scope,
    receive: Receive,
    send: Send,  # noqa: ARG001
) -> None:
    gate.begun()
    try:
        await app(scope, receive, answer.send)
    finally:
        gate.ended()


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001  # ASGI's
    length = (b"content-length", str(len(_BODY)).encode())
    await send({"type": "http.response.start", "status": 503, "headers": [*_HEADERS, length]})
    await send({"type": "http.response.body", "body": _BODY})
