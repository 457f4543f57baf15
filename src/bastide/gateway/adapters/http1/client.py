"""The upstream client: a pool of kept connections per origin."""

import asyncio
import ssl
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from types import TracebackType
from urllib.parse import urlsplit

import msgspec

from bastide.gateway.adapters.http1.connection import Connection, LostConnectionError
from bastide.gateway.domain.errors import UpstreamBrokenError, UpstreamUnreachableError
from bastide.gateway.ports.upstream import UpstreamRequest

_PORTS = {"http": 80, "https": 443}


class Origin(msgspec.Struct, frozen=True):
    """Whom a connection leads to."""

    scheme: str
    host: str
    port: int


class Http1Upstream:
    """Satisfies `Upstream`.

    Args:
        connect_timeout_s: for name, TCP and TLS together.
        keep_idle_s: a kept connection that is older is not used again (servers close theirs silently).
        max_idle: kept connections per origin.
    """

    def __init__(
        self, *, connect_timeout_s: float = 5.0, keep_idle_s: float = 50.0, max_idle: int = 512
    ) -> None:
        self._connect_timeout_s = connect_timeout_s
        self._keep_idle_s = keep_idle_s
        self._max_idle = max_idle
        self._idle: dict[Origin, deque[Connection]] = {}
        self._targets: dict[str, tuple[Origin, str, str]] = {}
        self._tls: ssl.SSLContext | None = None

    def send(self, request: UpstreamRequest) -> "Exchange":
        return Exchange(self, request)

    async def close(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.abort()
        self._idle.clear()

    def target(self, url: str) -> tuple[Origin, str, str]:
        """Origin, path and host header of a URL; few URLs are called often, so it is remembered."""
        if (known := self._targets.get(url)) is not None:
            return known
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise UpstreamUnreachableError(f"{url!r} is not the address of a model server.")
        origin = Origin(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme])
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        if len(self._targets) > 4096:
            self._targets.clear()
        self._targets[url] = (origin, path, parts.netloc.rpartition("@")[2])
        return self._targets[url]

    def kept(self, origin: Origin) -> Connection | None:
        """The connection used last that is still good."""
        connections = self._idle.get(origin)
        oldest = asyncio.get_running_loop().time() - self._keep_idle_s
        while connections:
            connection = connections.pop()
            if connection.open and connection.idle_since > oldest:
                return connection
            connection.abort()
        return None

    async def connect(self, origin: Origin) -> Connection:
        """A new connection. Raises UpstreamUnreachableError."""
        loop = asyncio.get_running_loop()
        with _connecting():
            async with asyncio.timeout(self._connect_timeout_s):
                _, connection = await loop.create_connection(
                    Connection, origin.host, origin.port, ssl=self._context(origin)
                )
        return connection

    def give_back(self, origin: Origin, connection: Connection) -> None:
        """Keep it if it can be used again, otherwise close it."""
        if not connection.reusable:
            connection.abort()
            return
        connections = self._idle.setdefault(origin, deque())
        connection.idle_since = asyncio.get_running_loop().time()
        connections.append(connection)
        while len(connections) > self._max_idle or (
            connections[0].idle_since < connection.idle_since - self._keep_idle_s
        ):
            connections.popleft().abort()

    def _context(self, origin: Origin) -> ssl.SSLContext | None:
        if origin.scheme == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
        return self._tls if origin.scheme == "https" else None


class Exchange:
    """A request on its way: a context manager that yields the reply."""

    def __init__(self, client: Http1Upstream, request: UpstreamRequest) -> None:
        self._client = client
        self._request = request
        self._origin, path, host = client.target(request.url)
        lines = [f"{request.method} {path} HTTP/1.1\r\nhost: {host}\r\n"]
        lines += [f"{name}: {value}\r\n" for name, value in request.headers.items()]
        lines.append(f"content-length: {len(request.body)}\r\n\r\n")
        self._head = "".join(lines).encode("latin-1")
        self._connection: Connection | None = None

    async def __aenter__(self) -> Connection:
        while (kept := self._client.kept(self._origin)) is not None:
            try:
                return await self._on(kept)
            except LostConnectionError:
                continue  # the server closed a kept connection just now: no answer was begun, send it anew
        try:
            return await self._on(await self._client.connect(self._origin))
        except LostConnectionError as error:
            raise UpstreamBrokenError(
                "The model's server closed the connection without an answer."
            ) from error

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._client.give_back(self._origin, self._connection)

    async def _on(self, connection: Connection) -> Connection:
        try:
            await connection.request(self._head, self._request.body)
        except BaseException:  # also a cancellation: the server must learn of it
            connection.abort()
            raise
        self._connection = connection
        return connection


@contextmanager
def _connecting() -> Generator[None]:
    """Every way in which a connection may fail, as one error. Clients read it: it names no address."""
    try:
        yield
    except TimeoutError as error:
        raise UpstreamUnreachableError("The model's server did not accept a connection in time.") from error
    except OSError as error:
        raise UpstreamUnreachableError("There is no connection to the model's server.") from error
