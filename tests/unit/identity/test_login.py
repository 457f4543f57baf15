"""Logging in: what is answered, what is remembered, and how guessing is slowed without a lock."""

import httpx
import pytest

from tests.unit.identity.conftest import EMAIL, PASSWORD, Browser, House


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def test_a_login_sets_the_cookies_and_says_who_one_is(house: House) -> None:
    browser = house.browser()
    answer = await browser.log_in(f"  {EMAIL.upper()} ")
    assert answer.status_code == 200
    me = answer.json()["user"]
    assert (me["email"], me["role"], me["must_change_password"]) == (EMAIL, "system_admin", False)
    cookies = {line.split("=", 1)[0]: line.lower() for line in answer.headers.get_list("set-cookie")}
    assert set(cookies) == {"bastide_session", "bastide_csrf", "bastide_device"}
    assert all("samesite=lax" in line and "path=/" in line for line in cookies.values())
    assert [name for name, line in cookies.items() if "httponly" in line] == [
        "bastide_session",
        "bastide_device",
    ]
    assert (await browser.get("/api/v1/me")).json() == me


async def test_cookies_are_secure_behind_tls(house: House) -> None:
    browser = house.browser("127.0.0.1", **{"X-Forwarded-Proto": "https"})
    answer = await browser.log_in()
    assert all("; secure" in line.lower() for line in answer.headers.get_list("set-cookie"))


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), ("nobody@example.org", PASSWORD), ("not an address", PASSWORD), (EMAIL, "")],
)
async def test_every_refusal_is_the_same_and_costs_one_verification(
    house: House, email: str, password: str
) -> None:
    answer = await house.browser().log_in(email, password)
    assert answer.status_code == 401
    assert code(answer) == "auth.login_failed"
    assert "set-cookie" not in answer.headers
    assert house.hasher.verified == 1


@pytest.mark.parametrize(
    "body", [{}, {"email": EMAIL}, {"email": EMAIL, "password": 1}, {"email": EMAIL, "password": "x" * 1025}]
)
async def test_a_malformed_login_is_told_so(house: House, body: object) -> None:
    assert (await house.browser().post("/api/v1/auth/login", body)).status_code == 422


async def fail(browser: Browser, times: int) -> list[int]:
    return [(await browser.log_in(password="wrong")).status_code for _ in range(times)]


async def test_guessing_one_account_from_one_place_gets_slower(house: House) -> None:
    guesser = house.browser()
    assert await fail(guesser, 6) == [401] * 6
    refused = await guesser.log_in()  # even the right password waits now
    assert refused.status_code == 429
    assert code(refused) == "auth.throttled"
    wait_s = int(refused.headers["retry-after"])
    assert wait_s >= 1
    house.clock.advance(seconds=wait_s + 1)
    assert (await guesser.log_in()).status_code == 200
    assert await fail(guesser, 5) == [401] * 5  # a success wipes the slate


async def test_the_log_tells_once_of_each_wait(house: House) -> None:
    guesser = house.browser()
    await fail(guesser, 6)
    del house.scribe.entries[:]
    assert await fail(guesser, 4) == [429] * 4
    assert [(entry.action, entry.details) for entry in house.scribe.entries] == [
        ("login.failed", {"reason": "throttled"})
    ]


async def test_an_attacker_cannot_lock_somebody_out(house: House) -> None:
    known = await house.signed_in()
    await known.post("/api/v1/auth/logout")
    shared = house.browser("203.0.113.9")
    assert 429 in await fail(shared, 12)
    assert (await house.browser().log_in()).status_code == 200  # from elsewhere
    known.client._transport = shared.client._transport  # the same browser, behind the attacker's address
    assert (await known.log_in()).status_code == 200


async def test_guessing_many_accounts_from_one_place_gets_slower(house: House) -> None:
    sprayer = house.browser()
    answers = [(await sprayer.log_in(f"user{number}@example.org")).status_code for number in range(40)]
    assert answers[:30] == [401] * 30
    assert 429 in answers[30:]


async def test_a_device_cookie_of_another_account_or_a_forged_one_is_worth_nothing(house: House) -> None:
    guesser = house.browser()
    for number in range(12):
        guesser.client.cookies.set("bastide_device", f"usr_x.{number}.{'0' * 64}")
        last = await guesser.log_in(password="wrong")
    assert last.status_code == 429
