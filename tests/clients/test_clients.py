"""Other people's clients, each a program of its own, before a running Bastide."""

import asyncio
import subprocess
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.installation import Installation
from tests.integration.gateway.upstream import model_server
from tests.integration.gateway.vendors.anthropic import anthropic
from tests.integration.gateway.vendors.openai import openai

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / ".cache" / "clients" / "bin" / "python"
PROGRAMS = HERE / "programs"
SETTINGS = """
[[gateway.providers]]
name = "openai"
url = "{openai}"
api_key = "upstream-key"
models = ["gpt", "vectors"]

[[gateway.providers]]
name = "anthropic"
kind = "anthropic"
url = "{anthropic}"
api_key = "upstream-key"
models = ["claude", "limited", "limited2", "limited3"]
"""

pytestmark = pytest.mark.heavy


@dataclass(frozen=True)
class Site:
    url: str
    key: str

    def run(self, *command: str | Path) -> None:
        environment = {"URL": self.url, "KEY": self.key, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=100, check=False, cwd=PROGRAMS
        )
        assert done.returncode == 0, done.stderr or done.stdout


@contextmanager
def vendors() -> Iterator[dict[str, str]]:
    """Both vendors, in a thread with a loop of its own: the clients keep this one waiting."""
    urls: dict[str, str] = {}
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for name, vendor in (("openai", openai), ("anthropic", anthropic)):
                urls[name] = (await stack.enter_async_context(model_server(vendor))).url
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield urls
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    home: Path = tmp_path_factory.mktemp("clients") / "home"
    home.mkdir()
    quick = {"BASTIDE_EMBEDDER_URL": "none:", "BASTIDE_DOCUMENTS__SAMPLES": "false"}
    with vendors() as urls:
        (home / "bastide.toml").write_text(SETTINGS.format(**urls))
        with Installation(home, quick).server() as server:
            yield Site(server.url, server.key())


@pytest.mark.parametrize("program", ["openai_client.py", "anthropic_client.py", "langchain_client.py"])
def test_clients_in_python(site: Site, program: str) -> None:
    site.run(PYTHON, PROGRAMS / program)


def test_clients_in_node(site: Site) -> None:
    site.run("node", PROGRAMS / "openai_client.mjs")
