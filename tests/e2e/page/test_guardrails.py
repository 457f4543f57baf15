"""A guardrail: made, tried, changed, removed."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import accessibility_violations

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]


def test_a_guardrail_is_made_tried_changed_and_removed(page: Page) -> None:
    page.goto("/models")
    page.get_by_role("button", name="New guardrail").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("addresses")
    dialog.get_by_label("E-mail addresses").check()
    dialog.get_by_label("Patterns of your own").fill("proj-[0-9]{4}")
    assert not accessibility_violations(page)
    dialog.get_by_role("button", name="Save").click()
    rule = page.get_by_role("listitem").filter(has_text="addresses")
    expect(rule).to_contain_text("mask it")
    page.get_by_label("Try a text").fill("Write to ada@example.org on proj-1234.")
    page.get_by_role("button", name="Try", exact=True).click()
    status = page.get_by_role("status").filter(has_text="Write to")
    expect(status).to_be_visible()
    expect(status).not_to_contain_text("ada@example.org")
    expect(status).not_to_contain_text("proj-1234")
    assert not accessibility_violations(page)
    rule.get_by_role("button", name="Change").click()
    dialog.get_by_label("What happens").select_option("block the call")
    dialog.get_by_role("button", name="Save").click()
    expect(rule).to_contain_text("block the call")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_text("It would be blocked.")).to_be_visible()
    rule.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("There is no guardrail")).to_be_visible()
