"""Passkeys, with an authenticator that Chromium plays: added, used alone and as second step, removed."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import accessibility_violations, sign_in, visitor
from tests.e2e.installation import PASSWORD, Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]

WHO = "pia@example.org"


def with_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_opens_the_door(browser: Browser, server: Server) -> None:
    server.person(WHO)
    host = server.url.replace("127.0.0.1", "localhost")  # browsers make none for a number
    with visitor(browser, host) as page:
        sign_in(page, WHO)
        page.goto("/settings")
        with_authenticator(page)
        page.get_by_role("button", name="Add a passkey").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("laptop")
        dialog.get_by_label("Current password", exact=True).fill(PASSWORD)
        dialog.get_by_role("button", name="Go on").click()
        dialog.get_by_role("button", name="I have kept them").click()
        expect(page.get_by_role("listitem").filter(has_text="laptop")).to_be_visible()
        page.get_by_role("button", name="Rename – laptop").click()
        dialog.get_by_label("Name").fill("work laptop")
        dialog.get_by_role("button", name="Save").click()
        expect(page.get_by_text("work laptop")).to_be_visible()
        assert not accessibility_violations(page)

        def leave() -> None:
            page.get_by_role("button", name="Menu of").click()
            page.get_by_role("menuitem", name="Sign out").click()
            expect(page.get_by_label("E-mail")).to_be_visible()

        leave()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("button", name="Menu of")).to_be_visible()
        leave()
        page.get_by_label("E-mail").fill(WHO)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", name="One more step")).to_be_visible()
        page.get_by_role("button", name="Sign in with a passkey").click()
        expect(page.get_by_role("button", name="Menu of")).to_be_visible()
        page.goto("/settings")
        page.get_by_role("button", name="Remove – work laptop").click()
        dialog.get_by_label("Current password", exact=True).fill(PASSWORD)
        dialog.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("work laptop")).to_have_count(0)


def test_an_organisation_that_requires_a_second_factor_takes_a_passkey(
    browser: Browser, server: Server
) -> None:
    server.person("pilar@example.org", "organisation_admin")
    host = server.url.replace("127.0.0.1", "localhost")
    try:
        with visitor(browser, host) as page:
            sign_in(page, "pilar@example.org")
            page.goto("/settings")
            with_authenticator(page)
            page.get_by_label("Everybody needs a second factor").check()
            page.get_by_label("Days of grace").fill("0")
            page.locator("form").filter(has_text="Everybody needs").get_by_role("button", name="Save").click()
            expect(page.get_by_role("heading", name="A second factor")).to_be_visible()
            page.get_by_role("button", name="Add a passkey instead").click()
            assert not accessibility_violations(page)
            page.get_by_label("Name").fill("laptop")
            page.get_by_label("Current password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Go on").click()
            expect(page.get_by_role("button", name="Use an application")).to_have_count(0)
            page.get_by_role("button", name="I have kept them").click()
            expect(page.get_by_label("Everybody needs a second factor")).to_be_checked()
    finally:
        put_back = {"require_second_factor": False, "second_factor_grace_days": 7}
        server.client.patch("/api/v1/organisation", json=put_back).raise_for_status()
