"""A person at the page: the system's Chromium, watched for everything that must not happen."""

import base64
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright

from tests.e2e.installation import EMAIL, PASSWORD

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
DESKTOP = {"width": 1360, "height": 850}
PHONE = {"width": 390, "height": 844}
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Before the login the page asks who is there, and is told: nobody.
_EXPECTED = "status of 401"


def launch(playwright: Playwright) -> Browser:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed")
    return playwright.chromium.launch(executable_path=program, args=list(_FLAGS))


@contextmanager
def visitor(browser: Browser, url: str, *, refusal: str = _EXPECTED, **options: Any) -> Iterator[Page]:
    """A page of a new browser profile. A complaint of the browser, above all one about the content security
    policy, fails the test; one that speaks of `refusal` was provoked.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        known = _EXPECTED in message.text or refusal in message.text
        if message.type in {"error", "warning"} and not known:
            complaints.append(message.text)

    context = browser.new_context(**{"base_url": url, "viewport": DESKTOP, "locale": "en-GB", **options})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert not complaints


def sign_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    """By the API: what is tested starts behind the door."""
    answer = page.request.post("/api/v1/auth/login", data={"email": email, "password": password})
    assert answer.ok, answer.text()


def drop(page: Page, files: dict[str, bytes]) -> None:
    """Drop files on the window, as from a file manager."""
    encoded = {name: base64.b64encode(data).decode() for name, data in files.items()}
    page.evaluate(
        """(files) => {
            const data = new DataTransfer();
            for (const [name, text] of Object.entries(files)) {
                const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
                data.items.add(new File([bytes], name));
            }
            for (const kind of ["dragover", "drop"]) {
                document.body.dispatchEvent(new DragEvent(kind, {
                    bubbles: true, cancelable: true, dataTransfer: data,
                }));
            }
        }""",
        encoded,
    )


def drop_from_disk(page: Page, *paths: Path) -> None:
    """Drop files and folders of this machine, as the browser gets them from the system."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 600, "y": 400, "data": data})
    session.detach()


def words_under_highlight(page: Page) -> str:
    """The words of the PDF's text layer that the highlight covers."""
    return page.evaluate(
        """() => {
            const marks = [...document.querySelectorAll("[data-testid=highlight]")]
                .map((mark) => mark.getBoundingClientRect());
            const spans = [...document.querySelectorAll(".pdf-text span")].filter((span) => {
                const { left, right, top, bottom } = span.getBoundingClientRect();
                const middle = (top + bottom) / 2;
                return marks.some((mark) => mark.top <= middle && middle <= mark.bottom
                    && mark.left < right && left < mark.right);
            });
            return spans.map((span) => span.textContent).join(" ");
        }"""
    )


def accessibility_violations(page: Page) -> list[str]:
    """What axe-core finds that is serious or critical (https://github.com/dequelabs/axe-core)."""
    page.wait_for_timeout(300)  # animations change colours
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{violation['id']}: {json.dumps([node['html'] for node in violation['nodes']][:3])}"
        for violation in found["violations"]
        if violation["impact"] in {"serious", "critical"}
    ]


def overflows(page: Page) -> bool:
    """Whether one has to scroll sideways."""
    return page.evaluate("document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth")
