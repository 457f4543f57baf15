"""The door takes only so many requests, and believes proxies only as far as it knows them."""

import httpx
import pytest

from bastide.identity.domain.addresses import parse_networks
from bastide.identity.module import PUBLIC_ROUTES
from bastide.platform.http.rates import Rates
from tests.unit.identity.conftest import PUBLIC, Browser, House


def browser(house: House, rates: Rates | None = None, address: str = "192.0.2.77") -> Browser:
    door = house.identity.protect(house.app, PUBLIC, parse_networks(["10.0.0.0/8"]), rates)
    transport = httpx.ASGITransport(door, client=(address, 40_000))
    return Browser(httpx.AsyncClient(transport=transport, base_url="http://bastide"))


def still() -> float:
    return 0.0


async def test_a_session_that_asks_too_often_is_told_when_to_come_back(house: House) -> None:
    caller = browser(house, Rates(2, now=still))
    await caller.log_in()
    statuses = [(await caller.get("/api/v1/me")).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    answer = await caller.get("/api/v1/me")
    assert answer.json()["error"]["code"] == "rate_limited"
    assert answer.headers["retry-after"] == "1"


async def test_guessing_credentials_gets_slower_and_harms_nobody_else(house: House) -> None:
    rates = Rates(0, now=still)
    guesser, other = browser(house, rates), browser(house, rates, "192.0.2.78")
    statuses = [(await guesser.get("/api/v1/me")).status_code for _ in range(601)]
    assert (statuses[0], statuses[-1]) == (401, 429)
    assert (await other.get("/api/v1/me")).status_code == 401
    await guesser.log_in()
    assert (await guesser.get("/api/v1/me")).status_code == 200


@pytest.mark.parametrize("path", ["/health", "/api/v1/auth/jwks"])
async def test_open_routes_have_a_limit_too(house: House, path: str) -> None:
    caller = browser(house, Rates(0, now=still))
    for _ in range(2000 if path == "/health" else 300):
        assert (await caller.get(path)).status_code == 200
    assert (await caller.get(path)).status_code == 429


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC_ROUTES))
async def test_every_public_route_of_identity_is_counted(house: House, method: str, path: str) -> None:
    rates = Rates(0, now=still)
    for _ in range(300):
        rates.public("192.0.2.77", path)
    flooding, other = browser(house, rates), browser(house, rates, "192.0.2.78")
    answer = await flooding.client.request(method, path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await other.client.request(method, path)).status_code != 429


@pytest.mark.parametrize(
    ("peer", "forwarded", "secure"),
    [
        ("10.1.2.3", "https", "Secure"),
        ("10.1.2.3", "http, https", "Secure"),
        ("10.1.2.3", "https, http", ""),  # what the nearest proxy says counts
        ("10.1.2.3", "HTTPS!", ""),
        ("192.0.2.9", "https", ""),  # anybody can say so
    ],
)
async def test_https_is_believed_of_trusted_proxies(
    house: House, peer: str, forwarded: str, secure: str
) -> None:
    caller = browser(house, address=peer)
    body = {"email": "ada@example.org", "password": "correct horse battery"}
    answer = await caller.post("/api/v1/auth/login", body, headers={"X-Forwarded-Proto": forwarded})
    cookies = answer.headers.get_list("set-cookie")
    assert ["Secure" if "; Secure" in cookie else "" for cookie in cookies] == [secure] * 3
    assert all(cookie.startswith("__Host-") is bool(secure) for cookie in cookies)
    assert all(
        "Path=/" in cookie and "SameSite=lax" in cookie and "Domain" not in cookie for cookie in cookies
    )


async def test_with_tls_only_the_cookie_that_is_bound_to_the_host_opens(house: House) -> None:
    caller = browser(house, address="10.1.2.3")
    tls = {"X-Forwarded-Proto": "https"}
    body = {"email": "ada@example.org", "password": "correct horse battery"}
    answer = await caller.post("/api/v1/auth/login", body, headers=tls)
    token = answer.cookies["__Host-bastide_session"]
    caller.client.cookies.clear()
    bound, plain = f"__Host-bastide_session={token}", f"bastide_session={token}"
    assert (await caller.get("/api/v1/me", headers={**tls, "Cookie": bound})).status_code == 200
    assert (await caller.get("/api/v1/me", headers={**tls, "Cookie": plain})).status_code == 401
    out = {**tls, "Cookie": bound, "X-CSRF-Token": answer.cookies["__Host-bastide_csrf"]}
    left = await caller.post("/api/v1/auth/logout", headers=out)
    assert [one.split("=")[0] for one in left.headers.get_list("set-cookie")] == [
        "__Host-bastide_session",
        "__Host-bastide_csrf",
    ]
    assert (await caller.get("/api/v1/me", headers={**tls, "Cookie": bound})).status_code == 401


async def test_what_somebody_may_not_is_in_the_log(house: House) -> None:
    bob = await house.invited("bob@example.org")
    assert (await bob.post("/api/v1/groups", {"name": "x"})).status_code == 403
    assert (await bob.delete("/api/v1/people/usr_other")).status_code == 403
    told = [entry for entry in house.scribe.entries if entry.action == "request.refused"]
    said = [(entry.outcome.value, entry.target, entry.details["route"]) for entry in told]
    assert said == [
        ("refused", None, "/api/v1/groups"),
        ("refused", "/api/v1/people/usr_other", "/api/v1/people/{user_id}"),
    ]
    assert told[0].credential == "session"
