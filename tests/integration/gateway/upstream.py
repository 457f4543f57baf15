"""A model server of ours on loopback: it speaks HTTP/1.1 byte by byte, so that a test can also break it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httptools

Handler = Callable[["Request"], Awaitable[None]]


class Request(asyncio.Event):
    """What came, and the way to answer. The event is set when the client has closed the connection."""

    def __init__(self, method: str, path: str, headers: dict[str, str], transport: asyncio.Transport) -> None:
        super().__init__()
        self.method = method
        self.path = path
        self.headers = headers
        self.body = b""
        self.closed_at = 0.0
        self._transport = transport

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def raw(self, data: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(data)

    def abort(self) -> None:
        self._transport.abort()

    def answer(self, status: int, body: bytes, **headers: str) -> None:
        headers = {"content_type": "application/json", **headers}
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        self.raw(f"HTTP/1.1 {status} X\r\n{lines}content-length: {len(body)}\r\n\r\n".encode() + body)

    def reply(self, value: object, status: int = 200, **headers: str) -> None:
        self.answer(status, json.dumps(value).encode(), **headers)

    def start_stream(self) -> None:
        self.raw(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")

    def piece(self, data: bytes) -> None:
        self.raw(b"%x\r\n%s\r\n" % (len(data), data))

    def event(self, value: object) -> None:
        self.piece(b"data: " + json.dumps(value).encode() + b"\n\n")

    def end(self, *, done: bool = True) -> None:
        if done:
            self.piece(b"data: [DONE]\n\n")
        self.raw(b"0\r\n\r\n")


@dataclass
class ModelServer:
    """`handler` may be replaced at any time; `requests` holds all that came."""

    handler: Handler
    requests: list[Request] = field(default_factory=list[Request])
    connections: int = 0
    url: str = ""
    tasks: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])
    transports: set[asyncio.Transport] = field(default_factory=set[asyncio.Transport])

    @property
    def last(self) -> Request:
        return self.requests[-1]


class _Connection(asyncio.Protocol):
    def __init__(self, server: ModelServer) -> None:
        self._server = server
        self._parser = httptools.HttpRequestParser(self)
        self._headers: dict[str, str] = {}
        self._path = b""
        self._request: Request | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.connections += 1
        self._server.transports.add(self._transport)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._server.transports.discard(self._transport)
        if self._request is not None:
            self._request.closed_at = asyncio.get_running_loop().time()
            self._request.set()

    def on_url(self, url: bytes) -> None:
        self._path += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_headers_complete(self) -> None:
        method = self._parser.get_method().decode()
        self._request = Request(method, self._path.decode(), self._headers, self._transport)
        self._headers, self._path = {}, b""

    def on_body(self, body: bytes) -> None:
        assert self._request is not None
        self._request.body += body

    def on_message_complete(self) -> None:
        request = self._request
        assert request is not None
        self._server.requests.append(request)
        task = asyncio.create_task(_run(self._server.handler, request))
        self._server.tasks.add(task)
        task.add_done_callback(self._server.tasks.discard)


async def _run(handler: Handler, request: Request) -> None:
    await handler(request)


@asynccontextmanager
async def model_server(handler: Handler) -> AsyncIterator[ModelServer]:
    """Serve until the context ends; `url` ends in `/v1`."""
    server = ModelServer(handler)
    listener = await asyncio.get_running_loop().create_server(lambda: _Connection(server), "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}/v1"
    try:
        yield server
    finally:
        listener.close()
        for transport in list(server.transports):
            transport.abort()
        for task in list(server.tasks):
            task.cancel()
        await asyncio.gather(*server.tasks, return_exceptions=True)


def completion(text: str, **more: object) -> dict[str, object]:
    """A chat completion as OpenAI documents it."""
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "upstream-name",
        "choices": [choice],
        "usage": usage,
        **more,
    }


def chunk(delta: dict[str, object], reason: str | None = None, **more: object) -> dict[str, object]:
    """One chunk of a streamed chat completion."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "upstream-name"}
    return {**head, "choices": [choice], **more}


def usage_chunk(prompt: int = 9, completion_tokens: int = 4) -> dict[str, object]:
    """The last chunk that `include_usage` asks for."""
    usage = {"prompt_tokens": prompt, "completion_tokens": completion_tokens}
    return {**chunk({}), "choices": [], "usage": {**usage, "total_tokens": prompt + completion_tokens}}


async def talk(request: Request) -> None:
    """Behaves as a good OpenAI-compatible server with one model, `tiny`."""
    if request.path == "/v1/models":
        request.reply({"object": "list", "data": [{"id": "tiny", "object": "model", "max_model_len": 2048}]})
    elif request.path == "/v1/chat/completions" and request.json.get("stream"):
        request.start_stream()
        request.event(chunk({"role": "assistant", "content": ""}))
        for word in ("Hello", " there", "!"):
            request.event(chunk({"content": word}))
        request.event(chunk({}, "stop"))
        if (request.json.get("stream_options") or {}).get("include_usage"):
            request.event(usage_chunk())
        request.end()
    elif request.path == "/v1/chat/completions":
        request.reply(completion("Hello there!"))
    else:
        request.reply({"error": {"message": f"no route {request.path}", "type": "x", "code": "y"}}, 404)
