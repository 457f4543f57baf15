"""Passkeys: added, named and removed; as the only thing asked for, and after the password."""

from typing import Any

import httpx
import pytest

from bastide.identity.adapters.webauthn import RelyingParty
from bastide.identity.domain.errors import PasskeyInvalidError
from tests.fakes.authenticator import SoftAuthenticator
from tests.unit.identity.conftest import EMAIL, PASSWORD, Browser, House
from tests.unit.identity.test_second_factor import answered, code, enrol

BEGIN, ADD = "/api/v1/me/passkeys/begin", "/api/v1/me/passkeys"


async def begun(browser: Browser) -> dict[str, Any]:
    answer = await browser.post(BEGIN, {"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return answer.json()["options"]


async def added(browser: Browser, device: SoftAuthenticator, name: str = "Laptop") -> httpx.Response:
    return await browser.post(ADD, {"name": name, "credential": device.create(await begun(browser))})


async def with_passkey(house: House, browser: Browser) -> SoftAuthenticator:
    device = SoftAuthenticator()
    assert (await added(browser, device)).status_code == 201
    return device


async def login_options(browser: Browser) -> dict[str, Any]:
    return (await browser.post("/api/v1/auth/passkey/begin")).json()["options"]


async def finished(browser: Browser, credential: dict[str, Any]) -> httpx.Response:
    return await browser.post("/api/v1/auth/passkey", {"credential": credential})


async def logged_in(browser: Browser, device: SoftAuthenticator) -> httpx.Response:
    return await finished(browser, device.get(await login_options(browser)))


async def test_a_passkey_alone_logs_in(house: House) -> None:
    browser, elsewhere = await house.signed_in(), await house.signed_in()
    device = SoftAuthenticator(synced=True)
    made = await added(browser, device, "  My telephone ")
    assert (made.status_code, made.json()["name"], made.json()["synced"]) == (201, "My telephone", True)
    assert len(made.json()["recovery_codes"]) == 10
    assert (await elsewhere.get("/api/v1/me")).status_code == 401  # opened without it
    new = house.browser()
    answer = await logged_in(new, device)
    assert (answer.status_code, answer.json()["user"]["email"]) == (200, EMAIL)
    assert (await new.get("/api/v1/me")).status_code == 200
    listed = (await new.get(ADD)).json()
    assert (listed["total"], listed["items"][0]["last_used_at"]) == (1, "2026-03-01T12:00:00Z")
    assert (await new.get("/api/v1/me/second-factor")).json()["passkeys"] == 1
    assert {"passkey.added", "session.opened"} <= set(house.scribe.actions())


async def test_options_ask_for_a_discoverable_credential_and_its_user(house: House) -> None:
    browser = await house.signed_in()
    options = await begun(browser)
    assert options["rp"]["id"] == "bastide.example"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    await with_passkey(house, browser)
    assert len((await begun(browser))["excludeCredentials"]) == 1
    asked = await login_options(house.browser())
    assert (asked["allowCredentials"], asked["userVerification"]) == ([], "required")


async def test_it_is_asked_for_after_the_password(house: House) -> None:
    device = await with_passkey(house, await house.signed_in())
    device.verifies = False  # the password was the first factor
    new = house.browser()
    asked = (await new.log_in()).json()["second_factor"]
    assert asked["methods"] == ["passkey", "recovery"]
    body = {"challenge": asked["challenge"], "credential": device.get(asked["passkey"])}
    assert (await new.post("/api/v1/auth/second-factor", body)).status_code == 200
    again = await house.browser().post("/api/v1/auth/second-factor", body)
    assert (again.status_code, code(again)) == (422, "link.invalid")


async def test_recovery_codes_stand_in_for_a_lost_passkey(house: House) -> None:
    browser = await house.signed_in()
    codes = (await added(browser, SoftAuthenticator())).json()["recovery_codes"]
    new = house.browser()
    asked = (await new.log_in()).json()["second_factor"]
    assert (await answered(new, asked["challenge"], codes[0])).status_code == 200
    assert (await added(new, SoftAuthenticator(), "Another")).json()["recovery_codes"] == []


async def test_a_passkey_of_somebody_else_is_no_second_factor(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    await with_passkey(house, admin)
    of_bob = await with_passkey(house, bob)
    asked = (await house.browser().log_in()).json()["second_factor"]
    stolen = of_bob.get({**asked["passkey"], "allowCredentials": []})
    body = {"challenge": asked["challenge"], "credential": stolen}
    answer = await house.browser().post("/api/v1/auth/second-factor", body)
    assert (answer.status_code, code(answer)) == (401, "auth.login_failed")


async def test_an_answer_is_good_once_and_not_for_ever(house: House) -> None:
    device = await with_passkey(house, await house.signed_in())
    browser = house.browser()
    credential = device.get(await login_options(browser))
    assert (await finished(browser, credential)).status_code == 200
    assert code(await finished(house.browser(), credential)) == "link.invalid"
    late = device.get(await login_options(browser))
    house.clock.advance(minutes=6)
    assert code(await finished(house.browser(), late)) == "link.invalid"


async def test_a_copied_authenticator_is_noticed(house: House) -> None:
    device = await with_passkey(house, await house.signed_in())
    assert (await logged_in(house.browser(), device)).status_code == 200
    device.passkeys[0].count = 0  # the copy has not seen the login of the original
    answer = await logged_in(house.browser(), device)
    assert (answer.status_code, code(answer)) == (401, "auth.login_failed")
    assert house.scribe.entries[-1].details == {"factor": "passkey", "reason": "copied"}
    device.passkeys[0].count = 5
    assert (await logged_in(house.browser(), device)).status_code == 200


async def test_an_authenticator_that_does_not_count_logs_in_twice(house: House) -> None:
    browser, device = await house.signed_in(), SoftAuthenticator(counts=False)
    await added(browser, device)
    for _ in range(2):
        assert (await logged_in(house.browser(), device)).status_code == 200


async def test_what_is_not_right_does_not_log_in(house: House) -> None:
    device = await with_passkey(house, await house.signed_in())
    elsewhere = SoftAuthenticator("https://bastide.example.evil", passkeys=device.passkeys)
    unverified = SoftAuthenticator(verifies=False, passkeys=device.passkeys)
    for wrong in (elsewhere, unverified):
        answer = await logged_in(house.browser(), wrong)
        assert (answer.status_code, code(answer)) == (401, "auth.login_failed")
    forged = device.get(await login_options(house.browser()))
    forged["response"]["signature"] = forged["response"]["signature"][:-8] + "AAAAAAAA"
    assert code(await finished(house.browser(), forged)) == "auth.login_failed"
    unknown = SoftAuthenticator()
    unknown.create({"rp": {"id": "bastide.example"}, "user": {"id": "dXNy"}, "challenge": "eA"})
    assert code(await logged_in(house.browser(), unknown)) == "auth.login_failed"
    assert house.scribe.actions().count("login.failed") == 4


@pytest.mark.parametrize(
    "credential", [{}, {"rawId": 1}, {"response": 1}, {"response": {"clientDataJSON": "x"}}, {"id": None}]
)
async def test_nonsense_is_refused(house: House, credential: dict[str, Any]) -> None:
    answer = await finished(house.browser(), credential)
    assert (answer.status_code, code(answer)) == (422, "passkey.invalid")
    added = await (await house.signed_in()).post(ADD, {"name": "x", "credential": credential})
    assert (added.status_code, code(added)) == (422, "passkey.invalid")


async def test_a_deactivated_person_does_not_log_in_with_it(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    device = await with_passkey(house, bob)
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    await admin.patch(f"/api/v1/people/{bob_id}", {"active": False})
    assert (await logged_in(house.browser(), device)).status_code == 401


async def test_adding_needs_the_password_a_browser_and_ones_own_challenge(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    assert (await admin.post(BEGIN, {"password": "wrong"})).status_code == 422
    key = (await admin.post("/api/v1/keys", {"name": "x", "scopes": ["admin"]})).json()["key"]
    assert (await house.with_key(key).post(BEGIN, {"password": PASSWORD})).status_code == 403
    of_bob = SoftAuthenticator().create(await begun(bob))
    answer = await admin.post(ADD, {"name": "x", "credential": of_bob})
    assert (answer.status_code, code(answer)) == (422, "passkey.invalid")
    nameless = SoftAuthenticator().create(await begun(admin))
    assert (await admin.post(ADD, {"name": " ", "credential": nameless})).status_code == 422
    device = SoftAuthenticator(verifies=False)
    assert code(await added(admin, device)) == "passkey.invalid"
    login = SoftAuthenticator().create({**await begun(admin), **await login_options(admin)})
    assert code(await admin.post(ADD, {"name": "x", "credential": login})) == "link.invalid"


async def test_one_credential_is_registered_once(house: House) -> None:
    browser, device = await house.signed_in(), SoftAuthenticator()
    credential = device.create(await begun(browser))
    assert (await browser.post(ADD, {"name": "x", "credential": credential})).status_code == 201
    again = await browser.post(ADD, {"name": "x", "credential": credential})
    assert code(again) == "link.invalid"


async def test_named_and_removed_by_its_owner_only(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    passkey = (await added(admin, SoftAuthenticator())).json()
    path = f"{ADD}/{passkey['id']}"
    assert (await bob.patch(path, {"name": "Mine"})).status_code == 404
    assert (await bob.post(f"{path}/remove", {"password": PASSWORD})).status_code == 404
    assert (await admin.patch(path, {"name": "Key ring"})).status_code == 204
    assert (await admin.get(ADD)).json()["items"][0]["name"] == "Key ring"
    wrong = await admin.post(f"{path}/remove", {"password": "wrong"})
    assert code(wrong) == "second_factor.invalid"
    assert (await admin.post(f"{path}/remove", {"password": PASSWORD})).status_code == 204
    factors = {"totp": False, "passkeys": 0, "recovery_codes": 0}
    assert (await admin.get("/api/v1/me/second-factor")).json() == factors
    assert (await house.browser().log_in()).json()["user"] is not None


async def test_generator_and_passkeys_go_one_by_one(house: House) -> None:
    browser = await house.signed_in()
    await enrol(house, browser)
    await with_passkey(house, browser)
    asked = (await house.browser().log_in()).json()["second_factor"]
    assert asked["methods"] == ["passkey", "totp", "recovery"]
    assert (await browser.post("/api/v1/me/second-factor/remove", {"password": PASSWORD})).status_code == 204
    factors = {"totp": False, "passkeys": 1, "recovery_codes": 10}
    assert (await browser.get("/api/v1/me/second-factor")).json() == factors


async def test_an_organisation_that_wants_a_second_factor_is_content_with_a_passkey(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    await admin.patch("/api/v1/organisation", {"require_second_factor": True, "second_factor_grace_days": 0})
    assert (await bob.get("/api/v1/keys")).status_code == 403
    device = await with_passkey(house, bob)
    assert (await bob.get("/api/v1/keys")).status_code == 200
    new = house.browser()
    await logged_in(new, device)
    assert (await new.get("/api/v1/keys")).status_code == 200


async def test_an_administrator_takes_away_what_was_lost(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    device = await with_passkey(house, bob)
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    assert (await admin.delete(f"/api/v1/people/{bob_id}/second-factor")).status_code == 204
    assert (await logged_in(house.browser(), device)).status_code == 401


async def test_a_person_has_a_number_of_passkeys(house: House) -> None:
    browser = await house.signed_in()
    for number in range(20):
        assert (await added(browser, SoftAuthenticator(), f"{number}")).status_code == 201
    refused = await browser.post(BEGIN, {"password": PASSWORD})
    assert refused.json()["error"]["details"] == {"reason": "too_many", "limit": 20}


@pytest.mark.parametrize(
    ("public_url", "rp_id", "origin", "others"),
    [
        (None, "localhost", "http://localhost:4666", ("http://127.0.0.1:4666", "https://localhost.evil")),
        (
            "https://Ai.Example.org:8443",
            "ai.example.org",
            "https://ai.example.org:8443",
            ("https://ai.example.org",),
        ),
    ],
)
def test_where_passkeys_hold(
    public_url: str | None, rp_id: str, origin: str, others: tuple[str, ...]
) -> None:
    party = RelyingParty(public_url)
    asked = {"rp": {"id": rp_id}, "user": {"id": "dXNy"}, "challenge": "YWJj"}
    assert party.registered(SoftAuthenticator(origin).create(asked), "abc").sign_count == 0
    for other in others:
        with pytest.raises(PasskeyInvalidError):
            party.registered(SoftAuthenticator(other).create(asked), "abc")
