"""Documents and questions, and what every part of the page keeps: languages, themes, keyboard, phone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import (
    AXE,
    PHONE,
    accessibility_violations,
    drop,
    drop_from_disk,
    overflows,
    sign_in,
    visitor,
    words_under_highlight,
)
from tests.e2e.installation import EMAIL, PASSWORD, Server
from tests.e2e.pdfs import BROKEN, protected_pdf

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]

SAMPLES = Path(__file__).parents[3] / "samples"
QUESTION = "Quel est le montant de l’indemnité de télétravail par jour ?"
_READ_MS = 90_000
PAGES = ("/ask", "/library", "/playground", "/usage", "/people", "/models", "/audit", "/settings")


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
        page.get_by_role("button", name="Sign in", exact=True).click()
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


def test_a_folder_is_dropped_with_what_is_below_it(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "yard"
    for name, text in {
        "cranes.md": "The yellow crane lifts nine tonnes.",
        "north/plan.md": "The north gate opens at six.",
        "south/deep/plan.md": "The south gate opens at seven.",
        ".hidden/notes.md": "Nobody asked for this.",
        "north/Thumbs.db": "Nor for this.",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    single = tmp_path / "quay.md"
    single.write_text("The quay is closed on Sundays.")
    open_library(page)
    drop_from_disk(page, folder, single)
    expect(page.get_by_role("region", name="file")).to_contain_text("4 files sent")
    for name in ("cranes.md", "north – plan.md", "deep – plan.md", "quay.md"):
        expect(row(page, name)).to_contain_text("Ready", timeout=_READ_MS)
    for name in ("notes.md", "Thumbs.db"):
        expect(row(page, name)).to_have_count(0)


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
    asked = page.get_by_role("dialog")
    expect(asked.get_by_role("heading")).to_have_css("text-align", "start")  # not as the table's last column
    asked.get_by_role("button", name="Delete").click()
    expect(row(page, "broken.pdf")).to_have_count(0)

    page.get_by_role("link", name="Ask").click()
    ask(page, "When does the gate close?")
    page.locator(".prose-answer").get_by_role("button", name="secret.pdf").first.click()
    viewer = page.get_by_role("complementary")
    expect(viewer).to_contain_text("The pages cannot be shown here")  # nobody keeps the password
    expect(viewer.locator("mark")).to_have_text("The gate closes at nine.")


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
        for path in PAGES:
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_is_accessible(browser: Browser, server: Server, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run make web")
    with visitor(browser, server.url, color_scheme=scheme) as page:
        page.goto("/ask")
        expect(page.get_by_label("E-mail")).to_be_visible()
        assert not accessibility_violations(page)
        sign_in(page)
        for path in PAGES:
            page.goto(path)
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            assert not accessibility_violations(page), path
        page.goto("/ask")
        ask(page, QUESTION)
        page.locator(".prose-answer").get_by_role("button").first.click()
        expect(page.get_by_test_id("highlight").first).to_be_visible()
        assert not accessibility_violations(page)
