"""The second factor: set up, asked for at every door, lost and replaced."""

import base64
from datetime import datetime, timedelta

import httpx
import pytest

from bastide.identity.domain.totp import code_at, step_of
from tests.unit.identity.conftest import EMAIL, PASSWORD, Browser, House


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


def now_code(house: House, secret: str, steps: int = 0) -> str:
    return code_at(base64.b32decode(secret), step_of(house.clock.now()) + steps)


async def enrol(house: House, browser: Browser) -> tuple[str, list[str]]:
    """Secret and recovery codes."""
    begun = await browser.post("/api/v1/me/second-factor", {"password": PASSWORD})
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    confirmed = await browser.post("/api/v1/me/second-factor/confirm", {"code": now_code(house, secret)})
    assert confirmed.status_code == 200, confirmed.text
    return secret, confirmed.json()["codes"]


async def challenged(browser: Browser, email: str = EMAIL) -> str:
    answer = await browser.log_in(email)
    assert answer.json()["user"] is None
    assert "set-cookie" not in answer.headers
    assert (await browser.get("/api/v1/me")).status_code == 401
    return answer.json()["second_factor"]["challenge"]


async def answered(browser: Browser, challenge: str, code: str) -> httpx.Response:
    return await browser.post("/api/v1/auth/second-factor", {"challenge": challenge, "code": code})


async def test_once_set_up_it_is_asked_for_and_other_sessions_end(house: House) -> None:
    browser, elsewhere = await house.signed_in(), await house.signed_in()
    secret, codes = await enrol(house, browser)
    assert len(codes) == 10
    assert (await browser.get("/api/v1/me/second-factor")).json() == {
        "totp": True,
        "recovery_codes": 10,
        "passkeys": 0,
    }
    assert (await browser.get("/api/v1/me")).status_code == 200
    assert (await elsewhere.get("/api/v1/me")).status_code == 401
    house.clock.advance(seconds=60)
    new = house.browser()
    challenge = await challenged(new)
    assert code(await answered(new, challenge, "000000")) == "auth.login_failed"
    logged_in = await answered(new, challenge, now_code(house, secret))
    assert logged_in.json()["user"]["email"] == EMAIL
    assert (await new.get("/api/v1/me")).status_code == 200
    assert {"second_factor.added", "login.failed"} <= set(house.scribe.actions())


async def test_a_code_and_a_challenge_are_good_once(house: House) -> None:
    secret, _ = await enrol(house, await house.signed_in())
    assert code(
        await answered(house.browser(), await challenged(house.browser()), now_code(house, secret))
    ) == (
        "auth.login_failed"  # used for the enrolment already
    )
    house.clock.advance(seconds=60)
    challenge, current = await challenged(house.browser()), now_code(house, secret)
    assert (await answered(house.browser(), challenge, current)).status_code == 200
    assert (await answered(house.browser(), await challenged(house.browser()), current)).status_code == 401
    house.clock.advance(seconds=30)
    assert code(await answered(house.browser(), challenge, now_code(house, secret))) == "link.invalid"


async def test_a_challenge_is_not_for_ever_and_not_forged(house: House) -> None:
    secret, _ = await enrol(house, await house.signed_in())
    house.clock.advance(seconds=60)
    challenge = await challenged(house.browser())
    user_id, _, nonce, proof = challenge.split(".")
    for forged in ("", "x", "a.b.c.d", f"{user_id}.9999999999.{nonce}.{proof}", challenge[:-1]):
        assert code(await answered(house.browser(), forged, now_code(house, secret))) == "link.invalid"
    house.clock.advance(minutes=6)
    assert code(await answered(house.browser(), challenge, now_code(house, secret))) == "link.invalid"


async def test_a_recovery_code_is_good_once_and_new_ones_void_the_old(house: House) -> None:
    browser = await house.signed_in()
    _, codes = await enrol(house, browser)
    new = house.browser()
    assert (await answered(new, await challenged(new), f" {codes[0].upper()} ")).status_code == 200
    assert (await answered(house.browser(), await challenged(house.browser()), codes[0])).status_code == 401
    renewed = await new.post("/api/v1/me/second-factor/recovery-codes", {"password": PASSWORD})
    assert len(renewed.json()["codes"]) == 10
    assert (await answered(house.browser(), await challenged(house.browser()), codes[1])).status_code == 401
    last = renewed.json()["codes"][9]
    assert (await answered(house.browser(), await challenged(house.browser()), last)).status_code == 200


async def test_guessing_codes_gets_slower_from_wherever(house: House) -> None:
    secret, _ = await enrol(house, await house.signed_in())
    house.clock.advance(seconds=60)
    statuses = []
    for number in range(8):
        browser = house.browser()
        statuses.append((await answered(browser, await challenged(browser), f"{number:06d}")).status_code)
    assert statuses[:5] == [401] * 5
    assert statuses[-1] == 429
    held = house.browser()
    assert (await answered(held, await challenged(held), now_code(house, secret))).status_code == 429


async def test_taking_it_away_needs_the_password(house: House) -> None:
    browser = await house.signed_in()
    await enrol(house, browser)
    wrong = await browser.post("/api/v1/me/second-factor/remove", {"password": "wrong"})
    assert (wrong.status_code, code(wrong)) == (422, "second_factor.invalid")
    assert (await browser.post("/api/v1/me/second-factor/remove", {"password": PASSWORD})).status_code == 204
    assert (await house.browser().log_in()).json()["user"] is not None


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("", {"password": "wrong"}),
        ("/confirm", {"code": "123456"}),
        ("/recovery-codes", {"password": PASSWORD}),
    ],
)
async def test_what_cannot_be_done_like_this(house: House, path: str, body: dict[str, str]) -> None:
    browser = await house.signed_in()
    answer = await browser.post(f"/api/v1/me/second-factor{path}", body)
    assert (answer.status_code, code(answer)) == (422, "second_factor.invalid")
    key = (await browser.post("/api/v1/keys", {"name": "x", "scopes": ["admin"]})).json()["key"]
    assert (await house.with_key(key).post(f"/api/v1/me/second-factor{path}", body)).status_code == 403


async def test_a_generator_that_counts_is_not_replaced_behind_ones_back(house: House) -> None:
    browser = await house.signed_in()
    await enrol(house, browser)
    assert (
        code(await browser.post("/api/v1/me/second-factor", {"password": PASSWORD}))
        == "second_factor.invalid"
    )


async def test_an_organisation_can_require_it(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    await enrol(house, admin)
    changed = await admin.patch(
        "/api/v1/organisation", {"require_second_factor": True, "second_factor_grace_days": 0}
    )
    assert changed.json()["require_second_factor"] is True
    assert (await admin.get("/api/v1/keys")).status_code == 200
    held = await bob.get("/api/v1/keys")
    assert (held.status_code, held.json()["error"]["details"]) == (403, {"pending": "second_factor"})
    assert (await bob.get("/api/v1/me")).json()["pending"] == "second_factor"
    assert (await bob.get("/api/v1/me/second-factor")).json()["totp"] is False
    secret, _ = await enrol(house, bob)
    assert (await bob.get("/api/v1/keys")).status_code == 200
    house.clock.advance(seconds=60)
    new = house.browser()
    await answered(new, await challenged(new, "bob@example.org"), now_code(house, secret))
    assert (await new.get("/api/v1/keys")).status_code == 200
    body = {"current_password": PASSWORD, "new_password": "an even better battery"}
    assert (await new.post("/api/v1/me/password", body)).status_code == 204
    assert (await new.get("/api/v1/keys")).status_code == 200  # the new session is as strong as the old


async def test_there_is_time_to_set_it_up(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    await enrol(house, admin)
    required = (await admin.patch("/api/v1/organisation", {"require_second_factor": True})).json()
    assert required["second_factor_grace_days"] == 7
    assert (await admin.get("/api/v1/me")).json()["second_factor_by"] is None
    key = (await admin.post("/api/v1/keys", {"name": "k", "scopes": ["admin"]})).json()["key"]
    entry = next(one for one in reversed(house.scribe.entries) if one.action.startswith("organisation."))
    assert (entry.action, entry.details["second_factor_grace_days"]) == ("organisation.changed", 7)
    me = (await bob.get("/api/v1/me")).json()
    due = datetime.fromisoformat(required["second_factor_required_at"]) + timedelta(days=7)
    assert (me["pending"], datetime.fromisoformat(me["second_factor_by"])) == (None, due)
    house.clock.advance(days=6, hours=23)
    logged_in = await house.browser().log_in("bob@example.org")
    assert logged_in.json()["user"]["second_factor_by"] == me["second_factor_by"]
    late = await house.invited("late@example.org", by=house.with_key(key))
    house.clock.advance(hours=2)
    held = house.browser()
    await held.log_in("bob@example.org")
    assert (await held.get("/api/v1/me")).json()["pending"] == "second_factor"
    assert (await held.get("/api/v1/keys")).status_code == 403
    assert (await late.get("/api/v1/keys")).status_code == 200  # a new account has its days too
    await enrol(house, held)
    assert (await held.get("/api/v1/keys")).status_code == 200
    assert (await held.get("/api/v1/me")).json()["second_factor_by"] is None


async def test_an_administrator_takes_away_what_was_lost(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    await enrol(house, bob)
    assert (await bob.delete(f"/api/v1/people/{bob_id}/second-factor")).status_code == 403
    assert (await admin.delete(f"/api/v1/people/{bob_id}/second-factor")).status_code == 204
    assert (await bob.get("/api/v1/me")).status_code == 401
    assert (await house.browser().log_in("bob@example.org")).json()["user"] is not None
    boss = await house.invited("boss@example.org", "organisation_admin", admin)
    admin_id = (await admin.get("/api/v1/me")).json()["id"]
    assert code(await boss.delete(f"/api/v1/people/{admin_id}/second-factor")) == "permission.denied"


async def test_an_invitation_is_no_way_around_it(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    secret, _ = await enrol(house, bob)
    house.clock.advance(seconds=60)
    other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await admin.post("/api/v1/auth/switch", {"organisation_id": other})
    made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
    token = made["link"]["path"].removeprefix("/join#")
    thief = house.browser()
    joined = await thief.post("/api/v1/auth/join", {"token": token, "password": PASSWORD})
    assert joined.json()["user"] is None
    assert "set-cookie" not in joined.headers
    assert (await thief.get("/api/v1/me")).status_code == 401
    challenge = joined.json()["second_factor"]["challenge"]
    assert (await answered(thief, challenge, now_code(house, secret))).status_code == 200


async def test_neither_seed_nor_codes_are_in_the_database(house: House) -> None:
    secret, codes = await enrol(house, await house.signed_in())
    async with house.database.reading() as connection:
        rows = [
            *(await connection.exec_driver_sql("SELECT sealed_seed FROM totp_generators")).scalars(),
            *(await connection.exec_driver_sql("SELECT code_hash FROM recovery_codes")).scalars(),
        ]
    everything = b"".join(bytes(row) for row in rows)
    assert base64.b32decode(secret) not in everything
    assert not any(one.encode() in everything for one in codes)


async def test_an_invitation_lets_nobody_in_without_the_second_factor(house: House) -> None:
    """Whoever has set up the factor of an account decides over it: a password alone must not bring it into
    another organisation.
    """
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    secret, _ = await enrol(house, bob)
    _, eves = await enrol(house, await house.invited("eve@example.org", by=admin))
    house.clock.advance(seconds=60)
    other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await admin.post("/api/v1/auth/switch", {"organisation_id": other})
    made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
    body = {"token": made["link"]["path"].removeprefix("/join#"), "password": PASSWORD}
    browser = house.browser()
    asked = (await browser.post("/api/v1/auth/join", body)).json()
    assert asked["user"] is None
    assert (await admin.get("/api/v1/people")).json()["total"] == 1
    answer = {"challenge": asked["second_factor"]["challenge"], "code": "000000"}
    wrong = await browser.post("/api/v1/auth/join", {**body, "second_factor": answer})
    assert (wrong.status_code, code(wrong)) == (401, "auth.login_failed")
    house.clock.advance(seconds=60)
    foreign = {"challenge": await challenged(house.browser(), "eve@example.org"), "code": eves[0]}
    refused = await browser.post("/api/v1/auth/join", {**body, "second_factor": foreign})
    assert (refused.status_code, code(refused)) == (401, "auth.login_failed")
    assert (await admin.get("/api/v1/people")).json()["total"] == 1
    right = {**answer, "code": now_code(house, secret)}
    joined = await browser.post("/api/v1/auth/join", {**body, "second_factor": right})
    assert joined.json()["user"]["organisation"]["name"] == "Other"
    assert (await admin.get("/api/v1/people")).json()["total"] == 2
