"""Fixtures that every test may use: a home, a database of each kind, and real servers on loopback."""

import asyncio
import gc
import importlib
import os
import pkgutil
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
import redis
from hypothesis import settings

import bastide
from bastide.platform.database.engine import open_database
from bastide.platform.database.metadata import metadata
from bastide.platform.database.port import Database

# Tests say what is right, benchmarks what is fast: a busy machine must not fail an example.
settings.register_profile("bastide", deadline=None)
settings.load_profile("bastide")

_PATIENCE_S = 20
DIALECTS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.heavy)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty BASTIDE_HOME."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def swept() -> None:
    """What earlier tests have left to the collector is gone before this one begins: it is not its fault."""
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


@pytest.fixture(params=DIALECTS)
def database_url(request: pytest.FixtureRequest, home: Path) -> str:
    """An empty database: on SQLite, and on PostgreSQL where the test is run as heavy."""
    if request.param == "sqlite":
        return f"sqlite:///{home}/bastide.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture(params=DIALECTS)
def workflows_url(request: pytest.FixtureRequest, home: Path) -> str:
    """An empty store of workflows: on SQLite, and on PostgreSQL where the test is run as heavy."""
    if request.param == "sqlite":
        return f"sqlite:///{home}/workflows.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
async def database(tables_url: str) -> AsyncIterator[Database]:
    """An open database with every table of every slice, without rows."""
    opened = open_database(tables_url)
    yield opened
    await opened.close()


@pytest.fixture(params=DIALECTS)
def tables_url(request: pytest.FixtureRequest, home: Path) -> str:
    """A database with every table, of each kind: a copy, as making them takes longer than most tests."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_tables"), home / "bastide.db")
        return f"sqlite:///{home}/bastide.db"
    return request.getfixturevalue("postgres_tables_url")


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory, every_table: None) -> Path:
    path = tmp_path_factory.mktemp("tables") / "bastide.db"
    asyncio.run(_make_tables(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str, every_table: None) -> str:
    """The name of a database to be copied."""
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE tables")
    asyncio.run(_make_tables(f"{postgres_server}/tables"))
    return "tables"


@pytest.fixture
def postgres_tables_url(postgres_server: str, postgres_tables: str) -> Iterator[str]:
    with _postgres_database(postgres_server, postgres_tables) as url:
        yield url


@pytest.fixture(scope="session")
def every_table() -> None:
    """Fills the shared MetaData: imports the module `tables` of every slice."""
    for module in pkgutil.walk_packages(bastide.__path__, "bastide."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, dropped afterwards."""
    with _postgres_database(postgres_server, "template1") as url:
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """An empty Redis database."""
    with redis.Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server on loopback: `postgresql://postgres@127.0.0.1:<port>`."""
    programs = [Path(found).parent] if (found := shutil.which("initdb")) else []
    programs += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not programs:
        pytest.skip("PostgreSQL is not installed: no program initdb")
    account = "postgres" if os.geteuid() == 0 else None  # the server refuses to run as root
    folder = Path(tempfile.mkdtemp(prefix="bastide-postgres-"))
    if account:
        os.chown(folder, pwd.getpwnam(account).pw_uid, pwd.getpwnam(account).pw_gid)
    data, port = folder / "data", _free_port()
    initdb = [programs[-1] / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(initdb, user=account, cwd=folder, check=True, capture_output=True)
    command = [programs[-1] / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder]
    command += ["-c", "fsync=off", "-c", "max_connections=200"]
    url = f"postgresql://postgres@127.0.0.1:{port}"
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, user=account, cwd=folder, stdout=log, stderr=log)
    try:
        _wait_until(lambda: psycopg.connect(f"{url}/postgres").close(), psycopg.OperationalError)
        yield url
    finally:
        _stop(server, signal.SIGINT)  # fast shutdown: does not wait for clients
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """A Redis server on loopback: `redis://127.0.0.1:<port>/0`."""
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("Redis is not installed: no program redis-server")
    port = _free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"redis://127.0.0.1:{port}/0"

    def ping() -> None:
        with redis.Redis.from_url(url) as client:
            client.ping()

    try:
        _wait_until(ping, redis.ConnectionError)
        yield url
    finally:
        _stop(server, signal.SIGTERM)


@contextmanager
def _postgres_database(server: str, template: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield f"{server}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _make_tables(url: str) -> None:
    opened = open_database(url)
    async with opened.transaction() as connection:
        await connection.run_sync(metadata.create_all)
    await opened.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until(ready: Callable[[], object], not_yet: type[Exception]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            ready()
        except not_yet:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _stop(server: subprocess.Popen[bytes], how: signal.Signals) -> None:
    server.send_signal(how)
    try:
        server.wait(_PATIENCE_S)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
