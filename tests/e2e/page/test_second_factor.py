"""The second factor: set up with the picture, asked for at the door, required by the organisation."""

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from bastide.identity.domain.totp import code_at, step_of
from tests.e2e.browser import accessibility_violations, sign_in, visitor
from tests.e2e.installation import PASSWORD, Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]


def set_up(page: Page) -> tuple[bytes, list[str]]:
    """Goes through the steps; the seed and the recovery codes."""
    page.get_by_label("Current password", exact=True).last.fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    picture = page.get_by_role("img", name="QR code for the application")
    uri = picture.get_attribute("data-text") or ""
    seed = base64.b32decode(parse_qs(urlsplit(uri).query)["secret"][0])
    assert not accessibility_violations(page)
    page.get_by_label("Code of the application").fill(code_at(seed, step_of(datetime.now(UTC))))
    page.get_by_role("button", name="Switch on").click()
    codes = page.locator("pre").filter(has_text="-").last.inner_text().split()
    page.get_by_role("button", name="I have kept them").click()
    return seed, codes


def test_set_up_used_at_the_door_and_switched_off(browser: Browser, server: Server) -> None:
    server.person("sonia@example.org")
    with visitor(browser, server.url) as page:
        sign_in(page, "sonia@example.org")
        page.goto("/settings")
        page.get_by_role("button", name="Set up a second factor").click()
        _, codes = set_up(page)
        assert len(set(codes)) == 10
        expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    with visitor(browser, server.url, refusal="status of 422") as page:
        page.goto("/settings")
        page.get_by_label("E-mail").fill("sonia@example.org")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_label("Code")).to_be_focused()
        page.get_by_label("Code").fill(codes[0])
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_text("9 recovery codes left")).to_be_visible()
        page.get_by_role("button", name="Switch off").click()
        page.get_by_label("Current password", exact=True).last.fill("wrong")
        page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
        expect(page.get_by_role("alert")).to_have_text("The password is not right.")
        page.get_by_label("Current password", exact=True).last.fill(PASSWORD)
        page.get_by_role("dialog").get_by_role("button", name="Switch off").click()
        expect(page.get_by_text("Not set up")).to_be_visible()


def test_an_organisation_requires_it(browser: Browser, server: Server) -> None:
    server.person("olivier@example.org", "organisation_admin")
    try:
        with visitor(browser, server.url) as page:
            sign_in(page, "olivier@example.org")
            page.goto("/settings")
            page.get_by_label("Everybody needs a second factor").check()
            form = page.locator("form").filter(has_text="Everybody needs")
            form.get_by_role("button", name="Save").click()
            expect(page.get_by_text("without one you will not get in after")).to_be_visible()
            expect(page.get_by_role("link", name="Set it up now")).to_be_visible()
            page.get_by_label("Days of grace").fill("0")
            expect(page.get_by_text("You have none yet")).to_be_visible()
            form.get_by_role("button", name="Save").click()
            expect(page.get_by_role("heading", name="A second factor")).to_be_visible()
            set_up(page)
            expect(page.get_by_label("Everybody needs a second factor")).to_be_checked()
            page.get_by_label("Everybody needs a second factor").uncheck()
            page.locator("form").filter(has_text="Everybody needs").get_by_role("button", name="Save").click()
            expect(page.get_by_text("Saved")).to_be_visible()
    finally:
        put_back = {"require_second_factor": False, "second_factor_grace_days": 7}
        server.client.patch("/api/v1/organisation", json=put_back).raise_for_status()


def test_an_administrator_takes_a_lost_one_away(browser: Browser, server: Server) -> None:
    server.person("paul@example.org")
    with visitor(browser, server.url) as page, visitor(browser, server.url) as admin:
        sign_in(page, "paul@example.org")
        page.goto("/settings")
        page.get_by_role("button", name="Set up a second factor").click()
        set_up(page)
        sign_in(admin)
        admin.goto("/people")
        admin.get_by_role("button", name="Actions for Paul").click()
        admin.get_by_role("menuitem", name="Take the second factor away").click()
        admin.get_by_role("dialog").get_by_role("button", name="Take").click()
        expect(admin.get_by_role("dialog")).to_have_count(0)
    with visitor(browser, server.url) as page:
        sign_in(page, "paul@example.org")  # the password is enough again
        page.goto("/settings")
        expect(page.get_by_text("Not set up")).to_be_visible()
