"""A command line's way to Bastide: the running server of the home, or one opened for this command alone."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bastide.app.home import Home
from bastide.app.server import serving
from bastide.app.settings import Settings
from bastide.kit.errors import BastideError, UnavailableError
from bastide.kit.sse import SseDecoder, SseEvent
from bastide.platform.http.tls import trusting_only
from bastide.platform.telemetry.logs import configure_logs

if TYPE_CHECKING:
    import httpx2

_CONNECT_S = 5
_HTTP = "httpx2"
"""Loaded when a command asks a server: the server itself imports this file with its command line."""


class ServerAnswerError(BastideError):
    """The server refused; `code` is the server's own."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        error = body.get("error", {})
        super().__init__(str(error.get("message", f"the server answered {status}")), status=status)
        self.answer_code = str(error.get("code", "internal"))


class ApiClient:
    """Speaks to the HTTP API with the home's local token."""

    def __init__(self, client: "httpx2.AsyncClient", url: str) -> None:
        self._client = client
        self.url = url

    async def get(self, path: str, **query: str | int | None) -> Any:
        return await self._json("GET", path, params=_given(query))

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._json("POST", path, json={} if body is None else body)

    async def put(self, path: str, body: Any) -> Any:
        return await self._json("PUT", path, json=body)

    async def patch(self, path: str, body: Any) -> Any:
        return await self._json("PATCH", path, json=body)

    async def delete(self, path: str) -> Any:
        return await self._json("DELETE", path)

    async def download(self, path: str, file: Path, **query: str | None) -> None:
        """GET into a file, piece by piece."""
        async with self._stream("GET", path, params=_given(query)) as answer:
            with file.open("wb") as target:  # a command line has nothing else to do
                async for chunk in answer.aiter_bytes():
                    target.write(chunk)

    async def upload(self, path: Path, name: str, fields: dict[str, str]) -> Any:
        """POST the file to `/api/v1/documents`, streamed from disk."""
        with path.open("rb") as file:
            return await self._json("POST", "/api/v1/documents", data=fields, files={"file": (name, file)})

    async def events(self, path: str, body: Any | None = None) -> AsyncIterator[SseEvent]:
        """Server-sent events of a GET, or of a POST when there is a body."""
        method = "GET" if body is None else "POST"
        decoder = SseDecoder()
        async with self._stream(method, path, json=body) as answer:
            async for chunk in answer.aiter_bytes():
                for event in decoder.feed(chunk):
                    yield event

    @asynccontextmanager
    async def _stream(self, method: str, path: str, **options: Any) -> "AsyncGenerator[httpx2.Response]":
        try:
            async with self._client.stream(method, path, **options) as answer:
                await _raise_for_error(answer)
                yield answer
        except import_module(_HTTP).TransportError as error:
            raise UnavailableError(f"The server at {self.url} does not answer: {error}") from error

    async def _json(self, method: str, path: str, **options: Any) -> Any:
        async with self._stream(method, path, **options) as answer:
            body = await answer.aread()
        return json.loads(body) if body else None


def _given(query: Mapping[str, str | int | None]) -> dict[str, str | int]:
    return {name: value for name, value in query.items() if value is not None}


async def _raise_for_error(answer: "httpx2.Response") -> None:
    if answer.status_code < 400:
        return
    text = (await answer.aread()).decode(errors="replace")
    try:
        body = json.loads(text)
    except json.JSONDecodeError:
        body = {"error": {"message": text[:500]}}
    raise ServerAnswerError(answer.status_code, body)


@asynccontextmanager
async def api_client(settings: Settings) -> AsyncGenerator[ApiClient]:
    """A client of the home's running server; without one, of a server that lives as long as this context."""
    running = Home(settings.home).running()
    if running is not None:
        async with _client(running.url, running.token, running.certificate) as client:
            yield client
        return
    configure_logs("error", "console")  # standard output belongs to the command
    own = settings.model_copy(update={"host": "127.0.0.1", "port": 0})
    async with (
        serving(own) as server,
        _client(server.url, server.container.local_token, own.tls_certificate) as client,
    ):
        yield client


@asynccontextmanager
async def _client(url: str, token: str, certificate: Path | None) -> AsyncGenerator[ApiClient]:
    headers = {"Authorization": f"Bearer {token}"}
    http = import_module(_HTTP)
    patience = http.Timeout(None, connect=_CONNECT_S)  # an answer takes as long as it takes: Ctrl+C ends it
    verify = True if certificate is None else trusting_only(certificate)
    async with http.AsyncClient(
        base_url=url, headers=headers, timeout=patience, trust_env=False, verify=verify
    ) as client:
        yield ApiClient(client, url)


def call_api(settings: Settings, action: Callable[[ApiClient], Awaitable[Any]]) -> Any:
    """Run one call against the API and give back what it answers."""

    async def call() -> Any:
        async with api_client(settings) as client:
            return await action(client)

    return asyncio.run(call())
