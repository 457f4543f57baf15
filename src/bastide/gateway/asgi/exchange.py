"""One request and its answer, over the ASGI callables."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import Protocol, Self

from bastide.gateway.asgi.pulse import COMMENT, Pulse
from bastide.gateway.asgi.types import Receive, Scope, Send
from bastide.gateway.domain.errors import RequestTooLargeError, UpstreamBrokenError
from bastide.gateway.domain.prompts import Transcript
from bastide.gateway.domain.trace import begin_trace
from bastide.gateway.usecases.scope import CancelScope
from bastide.identity.contract import Principal
from bastide.kit.errors import UnauthenticatedError

JSON = b"application/json"
EVENT_STREAM = b"text/event-stream; charset=utf-8"
NO_BUFFERING = ((b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"))
_NUMBER = b'"sequence_number"'


class ClientGoneError(Exception):
    """The client closed the connection: nobody is left to tell."""


class Exchange:
    """Reads the request and writes the answer.

    Attributes:
        started: an answer has begun; `streams` if it is a stream of events.
        kept_waiting: the head of a stream has been sent, and comments, before there was an answer.
        numbers: events of this protocol are numbered; `numbered` is the last piece with a number.
    """

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, keep_alive_s: float = 15.0, *, traced: bool = False
    ) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self.started = False
        self.streams = False
        self.kept_waiting = False
        self.numbers = False
        self.numbered = b""
        self._keep_alive_s = keep_alive_s
        self._pulse: Pulse | None = None
        self._headers: dict[bytes, bytes] = dict(reversed(scope["headers"]))  # of several, the first
        state = scope.setdefault("state", {})
        self.request_id: str = state.get("request_id") or f"req_{secrets.token_hex(13)}"
        self.began_at: float = state.get("began_at", 0.0)
        self.extra_headers: list[tuple[bytes, bytes]] = []
        self.trace = begin_trace(self.header(b"traceparent")) if traced else None
        self.recording: Recording | None = None
        self.transcript: Transcript | None = None
        self._principal: Principal | None = state.get("principal")

    @property
    def principal(self) -> Principal:
        """Raises UnauthenticatedError: no middleware has said who asks."""
        if self._principal is None:
            raise UnauthenticatedError("Send an API key: Authorization: Bearer sk-bastide-….")
        return self._principal

    def header(self, name: bytes) -> str | None:
        """The first header of that (lower case) name."""
        value = self._headers.get(name)
        return None if value is None else str(value, "latin-1")

    async def body(self, max_bytes: int) -> bytes:
        """The whole request body. Raises RequestTooLargeError, before reading it where its length is said."""
        if (length := self.header(b"content-length")) and length.isdigit() and int(length) > max_bytes:
            raise _too_large(max_bytes)
        message = await self.receive()
        body: bytes = message.get("body", b"")
        if (
            message["type"] == "http.request"
            and not message.get("more_body", False)
            and len(body) <= max_bytes
        ):
            return body
        return await self._rest_of_body(message, max_bytes)

    async def _rest_of_body(self, message: Mapping[str, object], max_bytes: int) -> bytes:
        pieces: list[bytes] = []
        size = 0
        while True:
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            piece = message.get("body", b"")
            assert isinstance(piece, bytes)  # noqa: S101  # the ASGI specification says so; narrows the type
            pieces.append(piece)
            size += len(piece)
            if size > max_bytes:
                raise _too_large(max_bytes)
            if not message.get("more_body", False):
                return b"".join(pieces)
            message = await self.receive()

    async def start(
        self, status: int, content_type: bytes, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        """Send the head, if none has been sent; the body follows by `write`.

        Raises:
            UpstreamBrokenError: it is no stream, and the client has been promised one.
        """
        streams = content_type == EVENT_STREAM
        if self.kept_waiting and not streams:
            raise UpstreamBrokenError("The model's server sent no stream where one was asked for.")
        self.started, self.streams = True, streams
        if self.transcript is not None:
            self.transcript.start(status, content_type)
        if self.recording is not None:
            self.recording.start(status, content_type)
        if not self.kept_waiting:
            await self._head(status, content_type, headers)
        elif self._pulse is not None:
            await self._pulse.settled()
        if streams:
            self.expect_stream()
        elif self._pulse is not None:
            self._pulse.stop()

    def expect_stream(self) -> None:
        """The client waits for a stream: from now on it hears of us even while there is nothing to tell it.

        After the first silence that means: 200. An error that comes later is told by an event.
        """
        if self._pulse is None:
            self._pulse = Pulse(self._comment, self._keep_alive_s)

    async def _comment(self) -> None:
        if not self.started and not self.kept_waiting:
            self.kept_waiting = True
            await self._head(200, EVENT_STREAM, NO_BUFFERING)
        await self._write(COMMENT)

    async def _head(self, status: int, content_type: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        await self._send(
            {
                "type": "http.response.start",
                "status": status,
                "headers": [
                    (b"content-type", content_type),
                    (b"x-request-id", self.request_id.encode("latin-1")),
                    *headers,
                    *self.extra_headers,
                ],
            }
        )

    async def write(self, data: bytes, *, last: bool = False) -> None:
        """A piece of the body: of a stream, whole events."""
        if self.recording is not None:
            self.recording.write(data)
        if self.transcript is not None:
            self.transcript.write(data)
        if self.numbers and _NUMBER in data:
            self.numbered = data
        if self._pulse is not None:
            if last:
                self._pulse.stop()
            self._pulse.beat()
        await self._write(data, last=last)

    async def _write(self, data: bytes, *, last: bool = False) -> None:
        await self._send({"type": "http.response.body", "body": data, "more_body": not last})

    def close(self) -> None:
        """Nothing more is written, however it ended."""
        if self._pulse is not None:
            self._pulse.stop()
        if self.transcript is not None:
            self.transcript.end()

    async def answer(
        self,
        status: int,
        body: bytes,
        *,
        content_type: bytes = JSON,
        headers: Iterable[tuple[bytes, bytes]] = (),
    ) -> None:
        """A whole answer at once. Raises what `start` raises."""
        length = (b"content-length", str(len(body)).encode())
        await self.start(status, content_type, (length, *headers))
        await self.write(body, last=True)

    def forget(self) -> None:
        """What is sent now is not to be sent again."""
        if self.recording is not None:
            self.recording.whole = False
            self.recording = None

    def while_connected(self) -> "WhileConnected":
        """Cancels what runs inside as soon as the client is gone, and raises ClientGoneError instead."""
        return WhileConnected(self.receive, self.scope["state"].get("connection"))


class Line(Protocol):
    """The connection to the client, as our server gives it in `scope["state"]["connection"]`."""

    def when_lost(self, watcher: Callable[[], None]) -> None: ...

    def forget(self, watcher: Callable[[], None]) -> None: ...


class Recording:
    """What a client is sent, to be sent again. `whole` says whether it is worth that."""

    def __init__(self, most_bytes: int) -> None:
        self._left = most_bytes
        self._pieces: list[bytes] = []
        self.content_type = b""
        self.whole = False

    def start(self, status: int, content_type: bytes) -> None:
        self.content_type = content_type
        self.whole = status == 200  # HTTP: OK

    def write(self, data: bytes) -> None:
        self._left -= len(data)
        self.whole = self.whole and self._left >= 0
        if self.whole:
            self._pieces.append(data)

    @property
    def body(self) -> bytes:
        return b"".join(self._pieces)


class WhileConnected:
    """See `Exchange.while_connected`. Use it after the request's body has been read.

    Our server tells at once when a client has gone; another one has to be asked, by a task per request.
    """

    def __init__(self, receive: Receive, line: Line | None) -> None:
        self._receive = receive
        self._line = line
        self._watch: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._scope = CancelScope()
        if self._line is None:
            self._watch = asyncio.create_task(self._wait_for_disconnect())
        else:
            self._line.when_lost(self._scope.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is not None:
            self._watch.cancel()
        if self._line is not None:
            self._line.forget(self._scope.cancel)
        if await self._scope.close(kind):
            raise ClientGoneError from error

    async def _wait_for_disconnect(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self._scope.cancel()


def _too_large(max_bytes: int) -> RequestTooLargeError:
    return RequestTooLargeError(f"The request body is larger than {max_bytes} bytes.", max_bytes=max_bytes)
