"""Who may read what: documents narrowed, explained, labelled; keys bounded and rotated; roles."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import accessibility_violations
from tests.e2e.installation import Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]


def test_a_document_is_narrowed_and_the_reasons_are_told(page: Page, server: Server) -> None:
    server.person("nadia@example.org")
    server.person("victor@example.org")
    page.goto("/library?q=information-security")
    page.get_by_role("button", name="Actions for information-security.md").click()
    page.get_by_role("menuitem", name="Share").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Whoever may read “samples” may read it.")
    dialog.get_by_label("Only for some of those").check()
    expect(dialog.get_by_role("button", name="Save")).to_be_disabled()
    dialog.get_by_role("button", name="Add Nadia").click()
    assert not accessibility_violations(page)
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)

    page.get_by_role("button", name="Actions for information-security.md").click()
    page.get_by_role("menuitem", name="Share").click()
    expect(dialog.get_by_label("Only for some of those")).to_be_checked()
    dialog.get_by_role("button", name="Why can somebody").click()
    dialog.get_by_label("Who? A name or an e-mail").fill("victor")
    dialog.get_by_role("button", name="Why Victor?").click()
    expect(dialog).to_contain_text("Victor may not even know of it.")
    expect(dialog).to_contain_text("is not on the list")
    dialog.get_by_role("button", name="Somebody else").click()
    dialog.get_by_label("Who? A name or an e-mail").fill("nadia")
    dialog.get_by_role("button", name="Why Nadia?").click()
    expect(dialog).to_contain_text("Nadia may read.")
    dialog.get_by_label("Only for some of those").uncheck()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)


def test_a_document_is_labelled_and_a_label_ruled(page: Page) -> None:
    page.goto("/library?q=information-security")
    page.get_by_role("button", name="Actions for information-security.md").click()
    page.get_by_role("menuitem", name="Labels").click()
    page.get_by_role("dialog").get_by_label("Confidential").check()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="information-security.md")
    expect(row).to_contain_text("Confidential")
    page.goto("/people")
    page.get_by_role("button", name="Labels").click()
    page.get_by_role("button", name="Change the rule of Confidential").click()
    page.get_by_label("no keys and no service accounts").check()
    assert not accessibility_violations(page)
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    rule = page.get_by_role("listitem").filter(has_text="Confidential")
    expect(rule).to_contain_text("no keys and no service accounts")
    page.get_by_role("button", name="Change the rule of Confidential").click()
    page.get_by_label("no keys and no service accounts").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(rule).to_contain_text("No rule")
    page.goto("/library?q=information-security")
    page.get_by_role("button", name="Actions for information-security.md").click()
    page.get_by_role("menuitem", name="Labels").click()
    page.get_by_role("dialog").get_by_label("Confidential").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(row).not_to_contain_text("Confidential")


def test_a_key_is_bounded_and_rotated(page: Page, server: Server) -> None:
    page.goto("/settings")
    page.get_by_role("button", name="New key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("What is it for?").fill("nightly report")
    dialog.get_by_text("What it may do, and from where").click()
    dialog.get_by_label("add and change documents").uncheck()
    dialog.get_by_label("All that you may read").uncheck()
    dialog.get_by_label("samples").check()
    dialog.get_by_label("From which networks").fill("127.0.0.0/8")
    assert not accessibility_violations(page)
    dialog.get_by_role("button", name="Create the key").click()
    first = dialog.locator("pre").first.inner_text()
    dialog.get_by_role("button", name="I have copied it").click()
    row = page.get_by_role("listitem").filter(has_text="nightly report")
    expect(row).to_contain_text("chat, documents:read · collections: samples · from 127.0.0.0/8")

    row.get_by_role("button", name="Rotate").click()
    dialog.get_by_label("The old key goes on").select_option("for an hour")
    dialog.get_by_role("button", name="Rotate").click()
    second = dialog.locator("pre").first.inner_text()
    dialog.get_by_role("button", name="I have copied it").click()
    expect(row).to_have_count(2)
    assert first != second
    for key in (first, second):
        bearer = {"Authorization": f"Bearer {key}"}
        assert server.client.get("/v1/models", headers=bearer).status_code == 200


def test_a_service_account_is_changed_and_the_roles_are_told(page: Page) -> None:
    page.goto("/people")
    page.get_by_role("button", name="Service accounts").click()
    page.get_by_role("button", name="New service account").click()
    page.get_by_label("What is it for?").fill("crawler")
    page.get_by_role("dialog").get_by_role("button", name="Create").click()
    page.get_by_role("button", name="Change crawler").click()
    page.get_by_label("May act").uncheck()
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(page.get_by_role("listitem").filter(has_text="crawler")).to_contain_text("Deactivated")
    page.get_by_role("button", name="Roles").click()
    row = page.get_by_role("row").filter(has_text="Manage people and groups")
    expect(row).to_contain_text("yesyesnonono")
    assert not accessibility_violations(page)
