"""A command line's way to Bastide: the running server of the home, or one opened for this command alone."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import RequestError
from pyreqwest.multipart import FormBuilder, PartBuilder
from pyreqwest.request import RequestBuilder
from pyreqwest.response import Response

from bastide.app.home import Home
from bastide.app.server import serving
from bastide.app.settings import Settings
from bastide.kit.errors import BastideError, UnavailableError
from bastide.kit.sse import SseDecoder, SseEvent
from bastide.platform.telemetry.logs import configure_logs


class ServerAnswerError(BastideError):
    """The server refused; `code` is the server's own."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        error = body.get("error", {})
        super().__init__(str(error.get("message", f"the server answered {status}")), status=status)
        self.answer_code = str(error.get("code", "internal"))


class ApiClient:
    """Speaks to the HTTP API with the home's local token."""

    def __init__(self, client: Client, url: str) -> None:
        self._client = client
        self.url = url

    async def get(self, path: str, **query: str | int | None) -> Any:
        given = {name: str(value) for name, value in query.items() if value is not None}
        return await self._json(self._client.get(path).query(given))

    async def post(self, path: str, body: Any = None) -> Any:
        return await self._json(self._client.post(path).body_json({} if body is None else body))

    async def patch(self, path: str, body: Any) -> Any:
        return await self._json(self._client.patch(path).body_json(body))

    async def delete(self, path: str) -> Any:
        return await self._json(self._client.delete(path))

    async def download(self, path: str, file: Path, **query: str | None) -> None:
        """GET into a file, piece by piece."""
        given = {name: value for name, value in query.items() if value is not None}
        async with self._client.get(path).query(given).build_streamed() as response:
            await _raise_for_error(response)
            with file.open("wb") as target:  # a command line has nothing else to do
                while (chunk := await response.body_reader.read_chunk()) is not None:
                    target.write(bytes(chunk))

    async def upload(self, path: Path, name: str, fields: dict[str, str]) -> Any:
        """POST the file to `/api/v1/documents`, streamed from disk."""
        form = FormBuilder()
        for field, value in fields.items():
            form = form.text(field, value)
        part = (await PartBuilder.from_file(path)).file_name(name)
        return await self._json(self._client.post("/api/v1/documents").multipart(form.part("file", part)))

    async def events(self, path: str, body: Any | None = None) -> AsyncIterator[SseEvent]:
        """Server-sent events of a GET, or of a POST when there is a body."""
        request = self._client.get(path) if body is None else self._client.post(path).body_json(body)
        async with request.build_streamed() as response:
            await _raise_for_error(response)
            decoder = SseDecoder()
            while (chunk := await response.body_reader.read_chunk()) is not None:
                for event in decoder.feed(bytes(chunk)):
                    yield event

    async def _json(self, request: RequestBuilder) -> Any:
        try:
            response = await request.build().send()
        except RequestError as error:
            raise UnavailableError(f"The server at {self.url} does not answer: {error.message}") from error
        await _raise_for_error(response)
        text = await response.text()
        return json.loads(text) if text else None


async def _raise_for_error(response: Response) -> None:
    if response.status < 400:
        return
    text = await response.text()
    try:
        body = json.loads(text)
    except json.JSONDecodeError:
        body = {"error": {"message": text[:500]}}
    raise ServerAnswerError(response.status, body)


@asynccontextmanager
async def api_client(settings: Settings) -> AsyncGenerator[ApiClient]:
    """A client of the home's running server; without one, of a server that lives as long as this context."""
    running = Home(settings.home).running()
    if running is not None:
        async with _client(running.url, running.token) as client:
            yield client
        return
    configure_logs("error", "console")  # standard output belongs to the command
    own = settings.model_copy(update={"host": "127.0.0.1", "port": 0})
    async with serving(own) as server, _client(server.url, server.container.local_token) as client:
        yield client


@asynccontextmanager
async def _client(url: str, token: str) -> AsyncGenerator[ApiClient]:
    builder = ClientBuilder().base_url(url).no_proxy().connect_timeout(timedelta(seconds=5))
    async with builder.default_headers({"Authorization": f"Bearer {token}"}).build() as client:
        yield ApiClient(client, url)


def call_api(settings: Settings, action: Callable[[ApiClient], Awaitable[Any]]) -> Any:
    """Run one call against the API and give back what it answers."""

    async def call() -> Any:
        async with api_client(settings) as client:
            return await action(client)

    return asyncio.run(call())
