"""The built page and what lies beside it."""

from pathlib import Path

import httpx
import pytest

from bastide.platform.http.assets import WebApplication


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "page-1.js").write_text("export {};")
    (tmp_path / "index.html").write_text("<!doctype html>")
    transport = httpx.ASGITransport(WebApplication(tmp_path))
    return httpx.AsyncClient(transport=transport, base_url="http://bastide")


async def test_assets_are_kept_for_ever_and_the_page_is_asked_for_again(client: httpx.AsyncClient) -> None:
    asset, page = await client.get("/assets/page-1.js"), await client.get("/library")
    assert (asset.status_code, "immutable" in asset.headers["cache-control"]) == (200, True)
    assert (page.text, page.headers["cache-control"]) == ("<!doctype html>", "no-cache")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/assets/page-0.js", 404),
        ("GET", "/assets/%2e%2e/secret", 404),
        ("POST", "/assets/page-1.js", 405),
    ],
)
async def test_an_asset_that_is_not_there_is_no_failure_of_the_server(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert "immutable" not in answer.headers.get("cache-control", "")
