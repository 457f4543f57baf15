"""What an organisation keeps of its calls: off at first, switched on, read, switched off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import PHONE, accessibility_violations, overflows, sign_in, visitor
from tests.e2e.installation import Server
from tests.e2e.page.model_server import model_server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]
GATEWAY = "/api/v1/gateway"


@pytest.fixture(scope="module")
def model(server: Server) -> Iterator[str]:
    """`keeper`, which says again what it was told."""
    with model_server() as url:
        for path, body in (
            ("providers", {"name": "shelf", "url": url}),
            ("models", {"name": "keeper"}),
            ("deployments", {"model": "keeper", "provider": "shelf", "upstream_name": "parrot"}),
        ):
            server.client.post(f"{GATEWAY}/{path}", json=body).raise_for_status()
        yield "keeper"
        server.client.delete(f"{GATEWAY}/models/keeper").raise_for_status()
        server.client.delete(f"{GATEWAY}/providers/shelf").raise_for_status()
        policy = server.client.get(f"{GATEWAY}/policy").json()
        server.client.put(f"{GATEWAY}/policy", json={**policy, "log_prompts": False}).raise_for_status()


def test_requests_are_kept_once_switched_on_and_read(page: Page, server: Server, model: str) -> None:
    page.goto("/usage")
    page.get_by_role("button", name="Kept requests").click()
    expect(page.get_by_role("heading", name="Requests and answers are not kept")).to_be_visible()
    expect(page.get_by_label("Person", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Switch on").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("For how many days").fill("14")
    assert not accessibility_violations(page)
    dialog.get_by_role("button", name="Switch on").click()
    expect(page.get_by_text("Encrypted, for 14 days.")).to_be_visible()
    expect(page.get_by_text("Nothing was kept yet.")).to_be_visible()

    for said in ("The teapot is blue", "The kettle is red"):
        messages = [{"role": "system", "content": "Repeat."}, {"role": "user", "content": said}]
        body = {"model": model, "messages": messages, "stream": True}
        server.client.post("/v1/chat/completions", json=body).raise_for_status()
    page.reload()
    rows = page.get_by_role("listitem").filter(has_text=model)
    expect(rows).to_have_count(2)
    for row, said in ((rows.last, "The teapot is blue"), (rows.first, "The kettle is red")):
        row.get_by_role("button", name="Read").click()
        expect(dialog).to_contain_text("Instructions")
        expect(dialog).to_contain_text("Repeat.")
        asked = dialog.get_by_role("heading", name="Asked").locator("..")
        expect(asked).to_contain_text(said)
        answered = dialog.get_by_role("heading", name="Answer", exact=True).locator("..")
        expect(answered).to_contain_text(f"**You said:** {said} (2 messages")
        dialog.get_by_text("The request as the model got it").press("Enter")
        expect(dialog.locator("pre").first).to_contain_text('"stream": true')
        assert not accessibility_violations(page)
        page.keyboard.press("Escape")

    page.get_by_label("Model", exact=True).select_option("bastide-reader")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    page.get_by_label("Model", exact=True).select_option(model)
    page.get_by_label("From").fill("2020-01-01")
    expect(rows).to_have_count(2)
    page.get_by_label("Until").fill("2020-01-02")
    expect(page.get_by_text("Nothing matches.")).to_be_visible()
    log = server.client.get("/api/v1/audit", params={"action": "gateway.prompt_read"}).json()
    assert log["total"] == 2

    page.get_by_role("button", name="Switch off").click()
    dialog.get_by_role("button", name="Switch off").click()
    expect(page.get_by_role("heading", name="Requests and answers are not kept")).to_be_visible()
    page.get_by_label("Until").fill("")
    expect(rows).to_have_count(2)


def test_on_a_phone_in_french_and_for_nobody_else(browser: Browser, server: Server, model: str) -> None:
    with visitor(browser, server.url, viewport=PHONE, locale="fr-FR") as page:
        sign_in(page)
        page.goto("/usage?view=prompts")
        expect(page.get_by_role("heading", name="Requêtes et réponses")).to_be_visible()
        assert not overflows(page)
        assert not accessibility_violations(page)
    server.person("gaspard@example.org")
    with visitor(browser, server.url) as page:
        sign_in(page, "gaspard@example.org")
        page.goto("/usage?view=prompts")
        expect(page.get_by_role("heading", name="Usage")).to_be_visible()
        expect(page.get_by_role("button", name="Kept requests")).to_have_count(0)
        expect(page.get_by_text("Requests and answers are")).to_have_count(0)
