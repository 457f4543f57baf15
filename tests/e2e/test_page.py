"""The page in a real browser, on a real server with the sample documents of a first start."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.e2e.browser import (
    AXE,
    PHONE,
    accessibility_violations,
    drop,
    launch,
    overflows,
    sign_in,
    visitor,
    words_under_highlight,
)
from tests.e2e.conftest import link_models
from tests.e2e.installation import EMAIL, PASSWORD, Installation, Server
from tests.e2e.pdfs import BROKEN, protected_pdf

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
QUESTION = "Quel est le montant de l’indemnité de télétravail par jour ?"
_READ_MS = 90_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of the module, with the samples read."""
    if not (ROOT / "src/bastide/app/static/index.html").is_file():
        pytest.skip("the page is not built: run make web")
    home = tmp_path_factory.mktemp("page") / "home"
    link_models(home)
    with Installation(home).server() as running:
        running.with_key()
        for document in running.client.get("/api/v1/documents").json()["items"]:
            assert running.settled(document["document_id"])["status"] == "indexed"
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """Signed in, in English, on a desktop."""
    with visitor(browser, server.url) as opened:
        sign_in(opened)
        yield opened


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Your question", exact=True).or_(page.get_by_label("Votre question", exact=True))
    box.fill(question)
    box.press("Enter")


def open_library(page: Page) -> None:
    page.goto("/library")
    expect(page.get_by_role("row").nth(1)).to_be_visible()


def row(page: Page, name: str):  # noqa: ANN201  # playwright's Locator
    return page.get_by_role("row").filter(has_text=name)


def test_from_dropped_files_to_the_highlighted_words(browser: Browser, server: Server) -> None:
    with visitor(browser, server.url) as page:
        page.goto("/library")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Library")).to_be_visible()

        pdf = (SAMPLES / "fr" / "guide-teletravail.pdf").read_bytes()
        drop(page, {"indemnités.pdf": pdf, "note.md": b"# Note\n\nThe lift is repaired on Tuesday.\n"})
        expect(page.get_by_role("region", name="file")).to_contain_text("2 files sent")
        for name in ("indemnités.pdf", "note.md"):
            expect(row(page, name)).to_contain_text("Ready", timeout=_READ_MS)

        page.get_by_role("link", name="Ask").click()
        ask(page, QUESTION)
        expect(page.locator(".prose-answer")).to_contain_text("2,70 euros")
        page.locator(".prose-answer").get_by_role("button", name="page 2").first.click()
        expect(page.get_by_test_id("highlight").first).to_be_in_viewport()
        expect(page.locator(".pdf-text span").first).to_be_attached()
        assert "2,70 euros" in words_under_highlight(page)


def test_progress_is_shown_live(page: Page) -> None:
    open_library(page)
    seen = page.evaluate_handle(
        """() => {
            const seen = new Set();
            new MutationObserver(() => document.querySelectorAll("tbody progress").forEach(
                (bar) => seen.add(bar.getAttribute("aria-label"))))
                .observe(document.body, { childList: true, subtree: true, attributes: true });
            return seen;
        }"""
    )
    text = "\n\n".join(f"Paragraph {number} tells of the harbour and its cranes." for number in range(800))
    drop(page, {"harbour.md": text.encode()})
    expect(row(page, "harbour.md")).to_contain_text("Ready", timeout=_READ_MS)
    labels = seen.evaluate("(seen) => [...seen].filter((label) => label.startsWith('harbour.md'))")
    assert "harbour.md – Analysing" in labels  # brought by the stream of events: nothing was loaded again


def test_errors_are_told_in_words_and_a_password_helps(page: Page) -> None:
    open_library(page)
    drop(page, {"secret.pdf": protected_pdf("The gate closes at nine.", "sesame"), "broken.pdf": BROKEN})
    expect(row(page, "broken.pdf")).to_contain_text("The file is damaged", timeout=_READ_MS)
    expect(row(page, "secret.pdf")).to_contain_text("Protected by a password", timeout=_READ_MS)
    row(page, "secret.pdf").get_by_role("button", name="Try again").click()
    page.get_by_role("dialog").get_by_label("Password", exact=True).fill("sesame")
    page.get_by_role("button", name="Read the document").click()
    expect(row(page, "secret.pdf")).to_contain_text("Ready", timeout=_READ_MS)

    row(page, "broken.pdf").get_by_role("button", name="Actions").click()
    page.get_by_role("menuitem", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row(page, "broken.pdf")).to_have_count(0)


def test_a_text_opens_at_the_quoted_words(page: Page) -> None:
    page.goto("/ask")
    ask(page, "How long are access logs kept?")
    page.locator(".prose-answer").get_by_role("button", name="information-security.md").first.click()
    mark = page.get_by_role("complementary", name="information-security.md").locator("mark")
    expect(mark.first).to_be_in_viewport()
    quoted = " ".join(mark.all_inner_texts())
    assert "logs" in quoted.lower()
    source = page.get_by_role("article").get_by_role("listitem").filter(has_text="information-security.md")
    assert re.sub(r"\s+", " ", quoted)[:40] in re.sub(r"\s+", " ", source.first.inner_text())


def test_the_language_is_switched_and_kept(page: Page) -> None:
    page.goto("/ask")
    page.get_by_role("button", name="Menu of").click()
    page.get_by_role("menuitemradio", name="Français").click()
    expect(page.get_by_role("heading", name="Interrogez vos documents")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Interrogez vos documents")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.request.get("/api/v1/me").json()["locale"] == "fr"


def test_the_theme_is_switched_and_kept(page: Page) -> None:
    page.goto("/ask")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Menu of").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.reload()
    expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
    assert page.evaluate(colour) != light


def test_everything_by_keyboard(browser: Browser, server: Server) -> None:
    with visitor(browser, server.url) as page:
        page.goto("/ask")
        expect(page.get_by_label("E-mail")).to_be_focused()
        keys = page.keyboard
        keys.type(EMAIL)
        keys.press("Tab")
        keys.type(PASSWORD)
        keys.press("Enter")
        expect(page.get_by_role("heading", name="Ask your documents")).to_be_visible()
        keys.press("g")
        keys.press("l")
        expect(page.get_by_role("heading", name="Library")).to_be_visible()
        keys.press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        keys.press("Escape")
        keys.press("/")
        expect(page.get_by_label("Your question", exact=True)).to_be_focused()
        keys.type(QUESTION)
        keys.press("Enter")
        citation = page.locator(".prose-answer").get_by_role("button").first
        expect(page.get_by_role("button", name="Copy the answer")).to_be_visible()  # it is complete
        for _ in range(20):
            keys.press("Shift+Tab")
            if citation.evaluate("(button) => button === document.activeElement"):
                break
        expect(citation).to_be_focused()
        keys.press("Enter")
        viewer = page.get_by_role("complementary")
        expect(viewer).to_be_focused()
        keys.press("Escape")
        expect(viewer).to_have_count(0)
        expect(citation).to_be_focused()


def test_on_a_phone(browser: Browser, server: Server) -> None:
    with visitor(browser, server.url, viewport=PHONE, has_touch=True, is_mobile=True) as page:
        sign_in(page)
        for path in ("/ask", "/library", "/settings", "/people", "/models", "/audit"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert not overflows(page), path
        page.get_by_role("link", name="Ask").click()
        ask(page, QUESTION)
        page.locator(".prose-answer").get_by_role("button", name="page 2").first.tap()
        expect(page.get_by_test_id("highlight").first).to_be_in_viewport()
        box = page.get_by_role("complementary").bounding_box()
        assert box == {"x": 0, "y": 0, **PHONE}
        page.get_by_role("button", name="Close the document").tap()
        expect(page.locator(".prose-answer")).to_be_in_viewport()


def test_a_key_is_shown_once_and_can_be_revoked(page: Page, server: Server) -> None:
    page.goto("/settings")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("What is it for?").fill("report script")
    page.get_by_role("button", name="Create the key").click()
    secret = page.get_by_role("dialog").locator("pre").first.inner_text()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert server.client.get("/v1/models", headers=bearer).status_code == 200
    page.get_by_role("button", name="I have copied it").click()
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke – report script").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("report script")).to_have_count(0)
    assert server.client.get("/v1/models", headers=bearer).status_code == 401


def test_somebody_is_invited_and_sees_what_is_shared(browser: Browser, server: Server) -> None:
    server.client.post("/api/v1/collections", json={"name": "board"}).raise_for_status()
    with visitor(browser, server.url) as admin, visitor(browser, server.url) as guest:
        sign_in(admin)
        admin.goto("/people")
        admin.get_by_role("button", name="Invitations").click()
        admin.get_by_role("button", name="Invite somebody").click()
        admin.get_by_role("dialog").get_by_label("E-mail").fill("jeanne@example.org")
        admin.get_by_role("button", name="Make the invitation").click()
        link = admin.get_by_role("dialog", name="A link for").locator("pre").inner_text()

        guest.goto(link)
        guest.get_by_label("Your name").fill("Jeanne Dupont")
        guest.get_by_label("Choose a password").fill("a pastel blue horse")
        guest.get_by_role("button", name="Join").click()
        expect(guest.get_by_role("heading", name="Ask your documents")).to_be_visible()
        guest.goto("/library")
        expect(guest.get_by_role("button", name="samples")).to_be_visible()
        expect(guest.get_by_role("button", name="board")).to_have_count(0)

        admin.goto("/library")
        admin.get_by_role("button", name="Actions for board").click()
        admin.get_by_role("menuitem", name="Share").click()
        admin.get_by_role("button", name="Add Jeanne Dupont").click()
        admin.get_by_role("dialog").get_by_role("button", name="Save").click()
        expect(admin.get_by_role("dialog")).to_have_count(0)
        guest.reload()
        expect(guest.get_by_role("button", name="board")).to_be_visible()


def test_the_audit_log_is_shown_and_verified(page: Page) -> None:
    page.goto("/audit")
    expect(page.get_by_role("cell", name="session.opened").first).to_be_visible()
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_text("Everything is as it was written")).to_be_visible()
    page.get_by_label("Action").fill("no.such")
    expect(page.get_by_text("No entry matches.")).to_be_visible()


def test_models_are_shown_with_their_state(page: Page) -> None:
    page.goto("/models")
    expect(page.get_by_role("listitem").filter(has_text="bastide-reader")).to_contain_text("built in")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_is_accessible(browser: Browser, server: Server, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run make web")
    with visitor(browser, server.url, color_scheme=scheme) as page:
        page.goto("/ask")
        expect(page.get_by_label("E-mail")).to_be_visible()
        assert not accessibility_violations(page)
        sign_in(page)
        for path in ("/ask", "/library", "/settings", "/people", "/models", "/audit"):
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert not accessibility_violations(page), path
        page.goto("/ask")
        ask(page, QUESTION)
        page.locator(".prose-answer").get_by_role("button").first.click()
        expect(page.get_by_test_id("highlight").first).to_be_visible()
        assert not accessibility_violations(page)
