"""People: invited, shared with; keys; the audit log."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import sign_in, visitor
from tests.e2e.installation import Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]


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


def test_an_administrator_ends_sessions(browser: Browser, server: Server) -> None:
    server.person("sara@example.org")
    with visitor(browser, server.url) as admin, visitor(browser, server.url) as guest:
        sign_in(guest, "sara@example.org")
        sign_in(admin)
        admin.goto("/people")
        admin.get_by_role("button", name="Actions for Sara").click()
        admin.get_by_role("menuitem", name="Sessions and devices").click()
        dialog = admin.get_by_role("dialog", name="Sessions of Sara")
        expect(dialog.get_by_role("listitem")).to_have_count(2)  # one from joining
        dialog.get_by_role("button", name="End all").click()
        expect(dialog.get_by_role("listitem")).to_have_count(0)
        guest.goto("/ask")
        expect(guest.get_by_label("E-mail")).to_be_visible()  # the door again


def test_the_audit_log_is_shown_and_verified(page: Page) -> None:
    page.goto("/audit")
    expect(page.get_by_role("cell", name="session.opened").first).to_be_visible()
    page.get_by_role("button", name="Verify the log").click()
    expect(page.get_by_text("Everything is as it was written")).to_be_visible()
    page.get_by_label("Action").fill("no.such")
    expect(page.get_by_text("No entry matches.")).to_be_visible()
