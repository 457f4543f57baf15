"""Tokens for clients: a short access token, and refresh tokens of which each is good once."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from bastide.identity.adapters.jose import JoseTokens
from bastide.identity.domain.access_tokens import AccessClaims
from bastide.platform.secrets.local import LocalKeyring
from tests.fakes.authenticator import SoftAuthenticator
from tests.unit.identity.conftest import EMAIL, PASSWORD, Browser, HeldClock, House
from tests.unit.identity.test_passkeys import added
from tests.unit.identity.test_second_factor import code, enrol, now_code

TOKEN, REFRESH = "/api/v1/auth/token", "/api/v1/auth/token/refresh"


async def given(house: House, **more: Any) -> dict[str, Any]:
    answer = await house.browser().post(TOKEN, {"email": EMAIL, "password": PASSWORD, **more})
    assert answer.status_code == 200, answer.text
    assert "set-cookie" not in answer.headers
    return answer.json()["tokens"]


def client(house: House, tokens: dict[str, Any]) -> Browser:
    return house.with_key(tokens["access_token"])


async def refreshed(house: House, tokens: dict[str, Any]) -> Any:
    return await house.browser().post(REFRESH, {"refresh_token": tokens["refresh_token"]})


async def test_a_password_gives_tokens_that_open_the_api(house: House) -> None:
    tokens = await given(house, client="Backup script")
    assert (tokens["token_type"], tokens["expires_in_s"]) == ("Bearer", 600)
    caller = client(house, tokens)
    assert (await caller.get("/api/v1/me")).json()["email"] == EMAIL
    assert (await caller.post("/api/v1/groups", {"name": "x"})).status_code == 201  # needs no CSRF token
    [listed] = (await caller.get("/api/v1/me/sessions")).json()["items"]
    said = {name: listed[name] for name in ("id", "kind", "user_agent", "current")}
    assert said == {
        "id": tokens["session_id"],
        "kind": "client",
        "user_agent": "Backup script",
        "current": True,
    }


async def test_wrong_passwords_are_slowed_down_here_too(house: House) -> None:
    browser = house.browser()
    statuses = [
        (await browser.post(TOKEN, {"email": EMAIL, "password": "wrong"})).status_code for _ in range(8)
    ]
    assert (statuses[0], statuses[-1]) == (401, 429)


async def test_a_token_can_be_verified_elsewhere_and_names_its_key(house: House) -> None:
    tokens = await given(house)
    keys = KeySet.import_key_set((await house.browser().get("/api/v1/auth/jwks")).json())
    token = jwt.decode(tokens["access_token"], keys, algorithms=["Ed25519"])
    assert token.header["kid"].startswith("s-")
    claims = token.claims
    assert (claims["iss"], claims["aud"]) == ("https://bastide.example/", "bastide")
    assert claims["exp"] - claims["iat"] == 600
    assert claims["sid"] == tokens["session_id"]


async def test_an_access_token_is_short_lived_and_renewed(house: House) -> None:
    tokens = await given(house)
    house.clock.advance(minutes=10)
    late = await client(house, tokens).get("/api/v1/me")
    assert (late.status_code, code(late)) == (401, "auth.expired")
    renewed = (await refreshed(house, tokens)).json()
    assert renewed["session_id"] == tokens["session_id"]
    assert (await client(house, renewed).get("/api/v1/me")).status_code == 200


async def test_a_refresh_token_that_comes_twice_ends_the_session(house: House) -> None:
    first = await given(house)
    second = (await refreshed(house, first)).json()
    assert (await client(house, second).get("/api/v1/me")).status_code == 200
    again = await refreshed(house, first)
    assert (again.status_code, code(again)) == (401, "auth.reused")
    assert (await client(house, second).get("/api/v1/me")).status_code == 401
    assert code(await refreshed(house, second)) == "auth.invalid"
    assert house.scribe.entries[-1].action == "token.reused"
    assert house.scribe.entries[-1].target == first["session_id"]


async def test_made_up_refresh_tokens_harm_nobody(house: House) -> None:
    tokens = await given(house)
    session_id, nonce, proof = tokens["refresh_token"].split(".")
    for forged in (
        "",
        "x",
        f"{session_id}.{nonce}",
        f"{session_id}.other.{proof}",
        f"{session_id}.{nonce}.é",
    ):
        answer = await refreshed(house, {"refresh_token": forged})
        assert (answer.status_code, code(answer)) == (401, "auth.invalid")
    assert (await refreshed(house, tokens)).status_code == 200


async def test_a_session_that_is_not_refreshed_ends(house: House) -> None:
    idle, busy = await given(house), await given(house)
    for _ in range(3):
        house.clock.advance(days=29)
        busy = (await refreshed(house, busy)).json()
    assert code(await refreshed(house, idle)) == "auth.expired"
    house.clock.advance(days=4)
    assert code(await refreshed(house, busy)) == "auth.expired"  # 90 days, however busy


async def test_ended_from_the_list_logged_out_or_deactivated(house: House) -> None:
    admin = await house.signed_in()
    ended, out = await given(house), await given(house)
    await client(house, ended).get("/api/v1/me")
    assert (await admin.delete(f"/api/v1/me/sessions/{ended['session_id']}")).status_code == 204
    assert (await client(house, out).post("/api/v1/auth/logout")).status_code == 204
    bob = await house.invited("bob@example.org", by=admin)
    of_bob = (await bob.post("/api/v1/me/tokens", {})).json()
    assert (await client(house, of_bob).get("/api/v1/me")).json()["email"] == "bob@example.org"
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    await admin.patch(f"/api/v1/people/{bob_id}", {"active": False})
    for tokens in (ended, out, of_bob):
        assert (await client(house, tokens).get("/api/v1/me")).status_code == 401
        assert (await refreshed(house, tokens)).status_code == 401


async def test_the_second_factor_is_asked_for(house: House) -> None:
    secret, _ = await enrol(house, await house.signed_in())
    house.clock.advance(seconds=60)
    first = (await house.browser().post(TOKEN, {"email": EMAIL, "password": PASSWORD})).json()
    assert first["tokens"] is None
    challenge = first["second_factor"]["challenge"]
    body = {"challenge": challenge, "code": "000000"}
    assert (await house.browser().post(f"{TOKEN}/second-factor", body)).status_code == 401
    body["code"] = now_code(house, secret)
    tokens = (await house.browser().post(f"{TOKEN}/second-factor", body)).json()
    assert (await client(house, tokens).get("/api/v1/me")).status_code == 200


async def test_an_organisation_that_wants_a_second_factor_wants_it_of_clients(house: House) -> None:
    admin = await house.signed_in()
    weak = await given(house)
    await admin.patch("/api/v1/organisation", {"require_second_factor": True, "second_factor_grace_days": 0})
    assert code(await client(house, weak).get("/api/v1/keys")) == "auth.pending"
    device = SoftAuthenticator()
    assert (await added(admin, device)).status_code == 201
    asked = (await house.browser().post(TOKEN, {"email": EMAIL, "password": PASSWORD})).json()[
        "second_factor"
    ]
    body = {"challenge": asked["challenge"], "credential": device.get(asked["passkey"])}
    strong = (await house.browser().post(f"{TOKEN}/second-factor", body)).json()
    assert (await client(house, strong).get("/api/v1/keys")).status_code == 200
    beside = (await admin.post("/api/v1/me/tokens", {})).json()
    assert (await client(house, beside).get("/api/v1/keys")).status_code == 200


async def test_a_token_makes_no_tokens_and_changes_no_password(house: House) -> None:
    caller = client(house, await given(house))
    assert (await caller.post("/api/v1/me/tokens", {})).status_code == 403
    body = {"current_password": PASSWORD, "new_password": "an even better battery"}
    assert (await caller.post("/api/v1/me/password", body)).status_code == 403
    assert (await caller.post("/api/v1/me/passkeys/begin", {"password": PASSWORD})).status_code == 403


async def test_a_refresh_token_is_no_cookie_and_a_cookie_no_token(house: House) -> None:
    tokens = await given(house)
    browser = house.browser()
    browser.client.cookies.set("bastide_session", tokens["refresh_token"])
    assert (await browser.get("/api/v1/me")).status_code == 401
    assert (await house.with_key(tokens["refresh_token"]).get("/api/v1/me")).status_code == 401
    cookie = (await house.signed_in()).client.cookies["bastide_session"]
    assert (await house.with_key(cookie).get("/api/v1/me")).status_code == 401


def part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def without_signature(token: str) -> str:
    return f"{part({'alg': 'none', 'kid': 's', 'typ': 'JWT'})}.{token.split('.')[1]}."


def signed_with_the_public_key(token: str) -> str:
    return f"{part({'alg': 'HS256', 'kid': 's', 'typ': 'JWT'})}.{token.split('.')[1]}.{'A' * 43}"


def for_somebody_else(token: str) -> str:
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    return f"{head}.{part({**claims, 'sub': 'usr_other'})}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [without_signature, signed_with_the_public_key, for_somebody_else, lambda _: "a.b.c", lambda _: ".."],
)
async def test_a_forged_access_token_opens_nothing(house: House, forge: Callable[[str], str]) -> None:
    tokens = await given(house)
    answer = await house.with_key(forge(tokens["access_token"])).get("/api/v1/me")
    assert (answer.status_code, code(answer)) == (401, "auth.invalid")


async def test_a_token_of_another_installation_is_refused(tmp_path: Path, clock: HeldClock) -> None:
    keyring = LocalKeyring.load(tmp_path)
    claims = AccessClaims("ses_1", "usr_1", "org_1", clock.now(), clock.now())
    token = await JoseTokens(keyring, "https://one.example").sign(claims)
    assert JoseTokens(keyring, "https://one.example").verify(token) == claims
    assert JoseTokens(keyring, "https://two.example").verify(token) is None
    assert JoseTokens(LocalKeyring.load(tmp_path / "other"), "https://one.example").verify(token) is None


async def test_after_a_rotation_the_new_key_signs_and_the_old_one_still_verifies(
    tmp_path: Path, clock: HeldClock
) -> None:
    claims = AccessClaims("ses_1", "usr_1", "org_1", clock.now(), clock.now())
    before = await JoseTokens(LocalKeyring.load(tmp_path), None).sign(claims)
    rotated = JoseTokens(LocalKeyring.rotate(tmp_path), None)
    after = await rotated.sign(claims)
    assert before.split(".")[0] != after.split(".")[0]
    assert rotated.verify(before) == rotated.verify(after) == claims
