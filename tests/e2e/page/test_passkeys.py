"""Passkeys with a real browser's WebAuthn and its virtual authenticator, under the policy of the page."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.browser import sign_in, visitor
from tests.e2e.installation import PASSWORD, Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(180)]

_CREATE = """async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return JSON.stringify(await navigator.credentials.create({publicKey}));
}"""
_GET = """async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return JSON.stringify(await navigator.credentials.get({publicKey}));
}"""


def with_authenticator(page: Page) -> None:
    """One that keeps passkeys and has just recognised its user."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def post(page: Page, path: str, body: dict[str, Any], status: int = 200) -> Any:
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    csrf = {"X-CSRF-Token": cookies.get("bastide_csrf", "")}
    answer = page.request.post(f"/api/v1{path}", data=body, headers=csrf)
    assert answer.status == status, answer.text()
    return answer.json()


def answered(page: Page, script: str, options: dict[str, Any]) -> dict[str, Any]:
    return json.loads(page.evaluate(script, options))


def test_made_and_used_in_a_browser_alone_and_after_the_password(browser: Browser, server: Server) -> None:
    server.person("petra@example.org")
    here = server.url.replace("127.0.0.1", "localhost")  # browsers make none for an IP address
    with visitor(browser, here) as page:
        with_authenticator(page)
        sign_in(page, "petra@example.org")
        page.goto("/settings")
        begun = post(page, "/me/passkeys/begin", {"password": PASSWORD})
        credential = answered(page, _CREATE, begun["options"])
        made = post(page, "/me/passkeys", {"name": "Laptop", "credential": credential}, 201)
        assert (made["name"], len(made["recovery_codes"])) == ("Laptop", 10)

        page.context.clear_cookies()
        page.goto("/login")
        asked = post(page, "/auth/passkey/begin", {})
        credential = answered(page, _GET, asked["options"])
        logged_in = post(page, "/auth/passkey", {"credential": credential})
        assert logged_in["user"]["email"] == "petra@example.org"
        page.goto("/settings")
        page.get_by_text("petra@example.org").first.wait_for()

        page.context.clear_cookies()
        page.goto("/login")
        first = post(page, "/auth/login", {"email": "petra@example.org", "password": PASSWORD})
        second = first["second_factor"]
        assert (first["user"], second["methods"]) == (None, ["passkey", "recovery"])
        credential = answered(page, _GET, second["passkey"])
        body = {"challenge": second["challenge"], "credential": credential}
        assert post(page, "/auth/second-factor", body)["user"]["email"] == "petra@example.org"
