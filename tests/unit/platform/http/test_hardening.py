"""Every answer is hardened, and no body is read beyond the limit."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from bastide.platform.http.assets import PAGE_HEADERS
from bastide.platform.http.handlers import install_error_handlers
from bastide.platform.http.hardening import BodyLimit, SecurityHeaders


def application() -> FastAPI:
    app = FastAPI()
    app.add_middleware(BodyLimit, limit_bytes=100, streamed=[("POST", "/stream")])
    install_error_handlers(app)

    @app.post("/read")
    async def read(body: dict[str, str]) -> int:
        return len(body)

    @app.post("/stream")
    async def stream(request: Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    @app.get("/sandbox")
    async def sandbox() -> Response:
        return Response(headers={"Content-Security-Policy": "sandbox"})

    return app


def client(*, https: bool = False) -> httpx.AsyncClient:
    app = SecurityHeaders(application(), https=https)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bastide")


@pytest.mark.parametrize("path", ["/sandbox", "/nothing"])
async def test_every_answer_is_hardened(path: str) -> None:
    headers = (await client(https=True).get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert "camera=()" in headers["permissions-policy"]


async def test_what_an_answer_decides_itself_stays() -> None:
    assert (await client().get("/sandbox")).headers.get_list("content-security-policy") == ["sandbox"]
    policy = (await client().get("/nothing")).headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; frame-ancestors 'none'")


async def test_strict_transport_is_for_those_who_have_it() -> None:
    assert "strict-transport-security" not in (await client().get("/nothing")).headers


def test_the_page_runs_its_own_code_only() -> None:
    directives = dict(
        directive.partition(" ")[::2] for directive in PAGE_HEADERS["Content-Security-Policy"].split("; ")
    )
    assert directives["default-src"] == directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert directives["style-src"] == "'self'"
    assert directives["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert not any("unsafe-inline" in sources or "*" in sources for sources in directives.values())


async def pieces(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield b" " * 60


@pytest.mark.parametrize("content", [b" " * 101, None])
async def test_a_body_is_not_read_beyond_the_limit(content: bytes | None) -> None:
    head = {"Content-Type": "application/json"}
    answer = await client().post("/read", content=content or pieces(2), headers=head)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")
    assert (await client().post("/read", content=b'{"a": "b"}', headers=head)).json() == 1


async def test_a_streamed_body_bounds_itself() -> None:
    assert (await client().post("/stream", content=pieces(100))).json() == 6000
