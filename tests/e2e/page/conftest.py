"""One server and one browser for all tests of the page.

They end with this folder: while Playwright is open its event loop runs, and no other test can have its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.browser import launch, sign_in, visitor
from tests.e2e.conftest import link_models
from tests.e2e.installation import Installation, Server

STATIC = Path(__file__).parents[3] / "src/bastide/app/static"


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the samples of a first start, read; its client may what the command line may."""
    if not (STATIC / "index.html").is_file():
        pytest.skip("the page is not built: run make web")
    home = tmp_path_factory.mktemp("page") / "home"
    link_models(home)
    with Installation(home).server() as running:
        running.with_token()
        for document in running.client.get("/api/v1/documents").json()["items"]:
            assert running.settled(document["document_id"])["status"] == "indexed"
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """Signed in as the administrator, in English, on a desktop."""
    with visitor(browser, server.url) as opened:
        sign_in(opened)
        yield opened
