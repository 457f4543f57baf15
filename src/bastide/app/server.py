"""Serves one installation: binds the address, opens the container, stops cleanly."""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import uvicorn

from bastide.app.container import Container, open_container
from bastide.app.home import Home, new_local_token
from bastide.app.settings import Settings
from bastide.kit.errors import ConflictError
from bastide.platform.http.connection import guarded_connection
from bastide.platform.http.tls import hardened

_GRACE_S = 10
_KEEP_ALIVE_S = 75  # longer than clients and balancers keep theirs: who closes first meets no request


class AddressInUseError(ConflictError):
    """Something else listens there."""

    code = "server.address_in_use"


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that answers at `url`; `finished` ends when it has been told to stop."""

    url: str
    container: Container
    finished: asyncio.Task[None]


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals to `serve`: an embedded server must not take them from its host."""
        yield


@asynccontextmanager
async def serving(settings: Settings) -> AsyncGenerator[Serving]:
    """A running server on the home, until the context ends. Port 0 takes a free one.

    Raises:
        HomeInUseError, AddressInUseError, and what the adapters raise when a backend is away.
    """
    home = Home(settings.home)
    home.prepare()
    token = new_local_token()
    with home.exclusive(), _listening(settings.host, settings.port) as listener:
        async with open_container(settings, home, token) as container:
            gate = container.gate
            server = _Server(_config(settings, container))
            watch = asyncio.create_task(gate.watch(), name="gate")
            task = asyncio.create_task(server.serve([listener]), name="http-server")
            try:
                await _started(server, task)
                _keep_what_is_loaded()
                url = _url(settings, listener.getsockname()[1])
                with home.announce(url, token, settings.tls_certificate):
                    yield Serving(url, container, task)
            finally:
                server.should_exit = True
                await task
                watch.cancel()


async def serve(settings: Settings, on_ready: Callable[[Serving], None]) -> None:
    """Serve until SIGINT or SIGTERM."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serving(settings) as running:
        on_ready(running)
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, running.finished}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()


def _keep_what_is_loaded() -> None:
    """Spare the garbage collector what stays for good: it took a sixth of the time of a busy gateway."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _config(settings: Settings, container: Container) -> uvicorn.Config:
    return uvicorn.Config(
        container.asgi,
        http=guarded_connection(container.gate, container.guarded_paths),
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=_KEEP_ALIVE_S,
        ssl_certfile=settings.tls_certificate,
        ssl_keyfile=settings.tls_key,
        ssl_context_factory=hardened if settings.tls_certificate else None,
    )


async def _started(server: uvicorn.Server, task: asyncio.Task[None]) -> None:
    while not server.started:
        if task.done():
            await task  # raises what went wrong
        await asyncio.sleep(0.005)


def _url(settings: Settings, port: int) -> str:
    scheme = "https" if settings.tls_certificate else "http"
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104  # compared only
    return f"{scheme}://{host}:{port}"


@contextmanager
def _listening(host: str, port: int) -> Generator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol is named: asyncio turns Nagle's algorithm off only for what it knows to be TCP, and with it
    # on, an answer sent in two parts waits 40 ms for the client's delayed acknowledgement.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise AddressInUseError(
                f"{host}:{port} is in use by another program. Stop it, or choose another port with --port.",
                host=host,
                port=port,
            ) from error
        yield listener
