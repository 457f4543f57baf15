"""Writes an answer in as few packets as it takes, on the routes where that counts.

uvicorn sends the head and the body of an answer apart, and looks for forbidden bytes in each header's name
and value: a tenth of what a call to a model costs here. Below, a head waits for the first piece of its body,
at most until this turn of the loop ends, and its bytes are checked once.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.types import Message
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_CONTROLS = bytes({*range(32), 127} - set(b"\t\r\n"))
_UVICORNS = frozenset({b"connection", b"transfer-encoding"})
_BODILESS = frozenset({204, 304})


class Answer:
    """The answer to one POST; `send` is ASGI's.

    What it does not know (a connection to be closed, an encoding, a message out of order) is left to the
    cycle, whose state it keeps as uvicorn would.
    """

    __slots__ = ("_cycle", "_head", "_loop", "_started")

    def __init__(self, cycle: RequestResponseCycle, loop: asyncio.AbstractEventLoop) -> None:
        self._cycle = cycle
        self._loop = loop
        self._head = b""
        self._started = False

    async def send(self, message: Message) -> None:
        cycle = self._cycle
        if cycle.flow.write_paused and not cycle.disconnected:
            await cycle.flow.drain()
        if cycle.disconnected:
            return
        if self._started and not cycle.response_complete and message["type"] == "http.response.body":
            self._write(message.get("body", b""), last=not message.get("more_body", False))
        elif not self._is_ordinary_head(message):
            self._flush()
            await cycle.send(message)  # pyright: ignore[reportArgumentType]  # uvicorn's own types

    def _is_ordinary_head(self, message: Message) -> bool:
        """Taken, if it is."""
        cycle = self._cycle
        if cycle.response_started or message["type"] != "http.response.start":
            return False
        headers = [*cycle.default_headers, *message["headers"]]
        named = dict(headers)
        if not _UVICORNS.isdisjoint(named) or message["status"] in _BODILESS or not cycle.keep_alive:
            return False
        length = named.get(b"content-length")
        lines = _lines(headers)
        cycle.response_started = self._started = True
        cycle.waiting_for_100_continue = False
        cycle.chunked_encoding = length is None
        cycle.expected_content_length = int(length or 0)
        end = b"transfer-encoding: chunked\r\n\r\n" if length is None else b"\r\n"
        self._head = b"".join((STATUS_LINE[message["status"]], lines, end))
        self._loop.call_soon(self._flush)
        return True

    def _write(self, body: bytes, *, last: bool) -> None:
        cycle = self._cycle
        pieces = _chunk(body, last=last) if cycle.chunked_encoding else [body]
        if not cycle.chunked_encoding:
            cycle.expected_content_length -= len(body)
            if cycle.expected_content_length < 0 or (last and cycle.expected_content_length):
                raise RuntimeError("The body is not as long as its Content-Length says.")
        if self._head:
            pieces.insert(0, self._head)
            self._head = b""
        cycle.transport.write(pieces[0]) if len(pieces) == 1 else cycle.transport.writelines(pieces)
        if last:
            cycle.response_complete = True
            cycle.message_event.set()
            if not cycle.keep_alive:  # the server is about to stop
                cycle.transport.close()
            cycle.on_response()

    def _flush(self) -> None:
        head, self._head = self._head, b""
        if head and not self._cycle.transport.is_closing():
            self._cycle.transport.write(head)


def _lines(headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """Raises RuntimeError: a value would end its line and begin another one, or holds what none may."""
    lines = b"\r\n".join([*map(b": ".join, headers), b""])
    ends = len(headers)
    if lines.count(b"\r") != ends or lines.count(b"\n") != ends or lines.translate(None, _CONTROLS) != lines:
        raise RuntimeError("Invalid HTTP header value.")
    return lines


def _chunk(body: bytes, *, last: bool) -> list[Any]:
    pieces = [b"%x\r\n" % len(body), body, b"\r\n"] if body else []
    return [*pieces, b"0\r\n\r\n"] if last else [b"".join(pieces)]
