"""Parts that are loaded when they are first needed."""

import asyncio
import subprocess
import sys

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from bastide.app.late import LateApp


def client(app: LateApp) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def test_requests_at_once_make_it_once() -> None:
    made: list[ASGIApp] = []

    def make() -> ASGIApp:
        made.append(PlainTextResponse("here"))
        return made[0]

    async with client(LateApp(make)) as http:
        answers = await asyncio.gather(*(http.get("/") for _ in range(5)))
    assert [answer.text for answer in answers] == ["here"] * 5
    assert len(made) == 1


async def test_what_could_not_be_made_is_tried_again() -> None:
    results: list[ASGIApp | Exception] = [RuntimeError("no memory"), PlainTextResponse("here")]

    def make() -> ASGIApp:
        result = results.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    async with client(LateApp(make)) as http:
        with pytest.raises(RuntimeError, match="no memory"):
            await http.get("/")
        assert (await http.get("/")).text == "here"


def test_a_server_that_starts_loads_no_heavy_part() -> None:
    heavy = ["fastapi", "alembic", "dbos", "onnxruntime", "opentelemetry.sdk", "qdrant_edge", "redis"]
    program = f"import sys, bastide.app.cli.server; print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert found.stdout.strip() == "[]"
