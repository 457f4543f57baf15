"""Sessions: how they end, what protects them, and what else opens the door."""

import httpx
import pytest

from bastide.identity.contract import SYSTEM, CredentialKind, Credentials
from tests.unit.identity.conftest import PASSWORD, PUBLIC, House

NEW = "an even better battery"


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def test_without_credentials_only_what_is_public_is_open(house: House) -> None:
    browser = house.browser()
    assert (await browser.get("/health")).status_code == 200
    assert (await browser.send("HEAD", "/health")).status_code != 401
    for path in (
        "/api/v1/me",
        "/api/v1/keys",
        "/unknown",
        "/health/",
        "//health",
        "/healthz",
        "/assets",
        "/ASSETS/x",
    ):
        answer = await browser.get(path)
        assert (answer.status_code, code(answer)) == (401, "auth.missing"), path
        assert answer.headers["www-authenticate"] == "Bearer"
    assert (await browser.get("/assets/app.js")).status_code == 404
    assert (await browser.post("/assets/app.js")).status_code == 401


async def test_the_inference_routes_refuse_in_openais_words(house: House) -> None:
    answer = await house.browser().get("/v1/models")
    assert answer.json()["error"] == {
        "message": "Log in, or send an API key as `Authorization: Bearer …`.",
        "type": "authentication_error",
        "param": None,
        "code": "invalid_api_key",
    }


async def test_logging_out_ends_the_session_at_once(house: House) -> None:
    browser = await house.signed_in()
    stolen = house.browser()
    stolen.client.cookies = httpx.Cookies(browser.client.cookies)
    assert (await stolen.get("/api/v1/me")).status_code == 200
    assert (await browser.post("/api/v1/auth/logout")).status_code == 204
    assert code(await stolen.get("/api/v1/me")) == "auth.invalid"


@pytest.mark.parametrize(("idle_h", "expected"), [(11, 200), (13, 401)])
async def test_a_session_ends_when_it_is_not_used(house: House, idle_h: int, expected: int) -> None:
    browser = await house.signed_in()
    await browser.get("/api/v1/me")
    house.clock.advance(hours=idle_h)
    answer = await browser.get("/api/v1/me")
    assert answer.status_code == expected


async def test_a_session_in_use_lives_on_but_not_for_ever(house: House) -> None:
    browser = await house.signed_in()
    for _ in range(33):
        house.clock.advance(hours=10)
        assert (await browser.get("/api/v1/me")).status_code == 200
        await house.identity.stop()  # writes down what was used
        await house.identity.start()
    house.clock.advance(hours=10)
    assert (await browser.get("/api/v1/me")).status_code == 401


async def test_an_unsafe_request_by_cookie_needs_the_sessions_own_token(house: House) -> None:
    browser, other = await house.signed_in(), await house.signed_in()
    foreign = other.client.cookies["bastide_csrf"]
    for header in (
        {},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "x"},
        {"X-CSRF-Token": "é"},
        {"X-CSRF-Token": foreign},
    ):
        encoded = {name: value.encode("latin-1") for name, value in header.items()}
        answer = await browser.client.patch("/api/v1/me", json={"name": "Eve"}, headers=encoded)
        assert (answer.status_code, code(answer)) == (401, "auth.csrf")
    assert (await browser.patch("/api/v1/me", {"name": "Ada"})).json()["name"] == "Ada"


async def test_a_page_of_another_origin_may_not_open_a_websocket(house: House) -> None:
    browser = await house.signed_in()
    cookie = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    async def app(scope: object, receive: object, send: object) -> None:
        sent.append({"type": "reached"})

    door = house.identity.protect(app, PUBLIC)
    for origin, expected in (("http://evil.example", "websocket.close"), ("http://bastide", "reached")):
        headers = [(b"host", b"bastide"), (b"origin", origin.encode()), (b"cookie", cookie.encode())]
        scope = {"type": "websocket", "path": "/ws", "headers": headers, "client": ("192.0.2.1", 1)}
        await door(scope, receive, send)
        assert sent.pop()["type"] == expected


async def test_a_new_password_ends_every_other_session(house: House) -> None:
    browser, elsewhere = await house.signed_in(), await house.signed_in()
    body = {"current_password": PASSWORD, "new_password": NEW}
    before = browser.client.cookies["bastide_session"]
    assert (await browser.post("/api/v1/me/password", body)).status_code == 204
    assert browser.client.cookies["bastide_session"] != before
    assert (await browser.get("/api/v1/me")).status_code == 200
    assert (await elsewhere.get("/api/v1/me")).status_code == 401
    assert (await house.browser().log_in()).status_code == 401
    assert (await house.browser().log_in(password=NEW)).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "expected"),
    [
        ("wrong", NEW, "password.wrong"),
        (PASSWORD, PASSWORD, "password.wrong"),
        (PASSWORD, "short", "password.weak"),
    ],
)
async def test_a_password_change_that_will_not_do(
    house: House, current: str, new: str, expected: str
) -> None:
    browser = await house.signed_in()
    answer = await browser.post("/api/v1/me/password", {"current_password": current, "new_password": new})
    assert (answer.status_code, code(answer)) == (422, expected)


async def test_guessing_the_current_password_by_a_stolen_session_gets_slower(house: House) -> None:
    browser = await house.signed_in()
    body = {"current_password": "wrong", "new_password": NEW}
    answers = [(await browser.post("/api/v1/me/password", body)).status_code for _ in range(8)]
    assert answers[-1] == 429


async def test_the_local_token_is_the_first_administrator(house: House) -> None:
    principal = await house.identity.authenticator.authenticate(Credentials(bearer="local-secret"))
    assert principal.credential is CredentialKind.LOCAL
    assert principal.subject_id.startswith("usr_")
    assert (await house.with_key("local-secret").post("/api/v1/keys", {"name": "cli"})).status_code == 201
    assert (await house.with_key("local-secre").get("/api/v1/me")).status_code == 401
    assert principal.subject_id != SYSTEM


async def test_while_other_processes_cannot_be_heard_nothing_is_cached(house: House) -> None:
    browser = await house.signed_in()
    await browser.get("/api/v1/me")
    cache = house.identity._authentication._cache
    assert cache._entries
    cache.suspend()
    assert (await browser.get("/api/v1/me")).status_code == 200
    assert not cache._entries


async def test_the_scheme_and_address_of_the_client_come_from_trusted_proxies_only(house: House) -> None:
    key = (await (await house.signed_in()).post("/api/v1/keys", {"name": "x"})).json()["key"]
    forwarded = {"X-Forwarded-For": "198.51.100.1"}
    behind = house.with_key(key, "127.0.0.1")
    assert (await behind.get("/whoami", headers=forwarded)).json()["address"] == "198.51.100.1"
    direct = house.with_key(key, "203.0.113.5")
    assert (await direct.get("/whoami", headers=forwarded)).json()["address"] == "203.0.113.5"


async def test_people_see_and_end_their_own_sessions(house: House) -> None:
    here, there = await house.signed_in(), await house.signed_in()
    await house.invited("bob@example.org", by=here)
    listed = (await here.get("/api/v1/me/sessions")).json()
    assert listed["total"] == 2
    assert [one["address"].startswith("192.0.2.") for one in listed["items"]] == [True, True]
    other = next(one["id"] for one in listed["items"] if not one["current"])
    assert (await here.delete(f"/api/v1/me/sessions/{other}")).status_code == 204
    assert (await there.get("/api/v1/me")).status_code == 401
    again = await house.signed_in()
    assert (await here.delete("/api/v1/me/sessions")).json() == {"ended": 1}
    assert (await again.get("/api/v1/me")).status_code == 401
    assert (await here.get("/api/v1/me")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    session = (await bob.get("/api/v1/me/sessions")).json()["items"][0]["id"]
    assert code(await admin.delete(f"/api/v1/me/sessions/{session}")) == "session.not_found"
    assert (await bob.get("/api/v1/me")).status_code == 200


async def test_logins_and_failures_are_written_down_without_what_was_typed(house: House) -> None:
    await (await house.signed_in()).post("/api/v1/auth/logout")
    await house.browser().log_in(password="a mistyped secret")
    await house.browser().log_in("nobody@example.org", "x")
    entries = [entry for entry in house.scribe.entries if entry.action.startswith(("session", "login"))]
    assert [(entry.action, entry.organisation_id, entry.outcome.value) for entry in entries] == [
        ("session.opened", "org_default", "done"),
        ("session.closed", "org_default", "done"),
        ("login.failed", "org_default", "failed"),
        ("login.failed", "system", "failed"),
    ]
    assert "mistyped" not in str(entries)
    assert "nobody@" not in str(entries)


async def test_a_wrong_password_is_written_down_wherever_it_was_asked(house: House) -> None:
    browser = await house.signed_in()
    await browser.post("/api/v1/me/password", {"current_password": "x", "new_password": "a better one it is"})
    await browser.post("/api/v1/me/second-factor", {"password": "x"})
    await house.invited("bob@example.org", by=browser)
    house.clock.advance(seconds=1)
    other = (await browser.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await browser.post("/api/v1/auth/switch", {"organisation_id": other})
    made = (await browser.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
    token = made["link"]["path"].removeprefix("/join#")
    await house.browser().post("/api/v1/auth/join", {"token": token, "password": "x"})
    failed = [entry for entry in house.scribe.entries if entry.action == "login.failed"]
    assert [entry.details for entry in failed] == [
        {"purpose": "password_change"},
        {"purpose": "confirmation"},
        {"purpose": "join"},
    ]


async def test_a_new_name_is_written_down_in_every_organisation(house: House) -> None:
    browser = await house.signed_in()
    await browser.post("/api/v1/organisations", {"name": "Other"})
    for _ in range(2):
        await browser.patch("/api/v1/me", {"name": "Somebody"})
    entries = [entry for entry in house.scribe.entries if entry.action == "profile.changed"]
    assert [entry.personal for entry in entries] == [{"name": "Somebody"}] * 2
    assert len({entry.organisation_id for entry in entries}) == 2


async def test_switching_closes_the_old_session_in_the_log_too(house: House) -> None:
    browser = await house.signed_in()
    other = (await browser.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await browser.post("/api/v1/auth/switch", {"organisation_id": other})
    closed = [entry for entry in house.scribe.entries if entry.action == "session.closed"]
    assert [entry.organisation_id for entry in closed] == ["org_default"]
