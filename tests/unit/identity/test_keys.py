"""API keys over HTTP: made, used, narrowed, listed, revoked."""

from datetime import timedelta

import httpx
import pytest

from tests.unit.identity.conftest import Browser, House


async def make(browser: Browser, **body: object) -> dict[str, str]:
    answer = await browser.post("/api/v1/keys", {"name": "test", **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def test_a_key_opens_the_door_until_it_is_revoked(house: House) -> None:
    browser = await house.signed_in()
    made = await make(browser)
    assert made["key"].startswith(made["prefix"])
    assert made["key"].endswith(made["last_four"])
    client = house.with_key(made["key"])
    assert (await client.get("/whoami")).status_code == 200
    assert (await house.browser(**{"X-Api-Key": made["key"]}).get("/whoami")).status_code == 200
    assert (await browser.delete(f"/api/v1/keys/{made['id']}")).status_code == 204
    assert code(await client.get("/whoami")) == "auth.invalid"
    assert (await browser.get("/api/v1/keys")).json() == {"items": [], "next_cursor": None, "total": 0}
    assert code(await browser.delete(f"/api/v1/keys/{made['id']}")) == "key.not_found"


async def test_a_key_needs_no_csrf_token_and_the_wrong_secret_opens_nothing(house: House) -> None:
    made = await make(await house.signed_in(), scopes=["admin"])
    client = house.with_key(made["key"])
    assert (await client.post("/api/v1/keys", {"name": "made by a key"})).status_code == 201
    wrong = made["key"][:-1] + ("a" if made["key"][-1] != "a" else "b")
    assert (await house.with_key(wrong).get("/whoami")).status_code == 401


async def test_an_expired_key_says_so(house: House) -> None:
    expires = house.clock.now() + timedelta(days=1)
    made = await make(await house.signed_in(), expires_at=expires.isoformat())
    client = house.with_key(made["key"])
    assert (await client.get("/whoami")).status_code == 200
    house.clock.advance(days=1)
    assert code(await client.get("/whoami")) == "auth.expired"


async def test_a_key_works_from_its_networks_only(house: House) -> None:
    made = await make(await house.signed_in(), allowed_networks=["192.0.2.0/24", "2001:db8::/32"])
    assert (await house.with_key(made["key"], "192.0.2.77").get("/whoami")).status_code == 200
    refused = await house.with_key(made["key"], "198.51.100.1").get("/whoami")
    assert (refused.status_code, code(refused)) == (403, "auth.network")


@pytest.mark.parametrize(
    "body",
    [
        {"name": " "},
        {"scopes": ["everything"]},
        {"scopes": []},
        {"expires_at": "2020-01-01T00:00:00Z"},
        {"expires_at": "2027-01-01T00:00:00"},
        {"allowed_networks": ["nowhere"]},
        {"allowed_collections": ["documents"]},
        {"unknown": 1},
    ],
)
async def test_a_key_that_cannot_be_made_like_this(house: House, body: dict[str, object]) -> None:
    answer = await (await house.signed_in()).post("/api/v1/keys", {"name": "test", **body})
    assert answer.status_code == 422


async def test_a_key_cannot_make_a_stronger_one(house: House) -> None:
    browser = await house.signed_in()
    weak = house.with_key((await make(browser, scopes=["chat"]))["key"])
    assert code(await weak.post("/api/v1/keys", {"name": "x", "scopes": ["chat"]})) == "auth.scope"
    strong = house.with_key(
        (await make(browser, scopes=["admin"], allowed_collections=["col_1", "col_2"]))["key"]
    )
    narrowed = await make(strong, scopes=["admin"], allowed_collections=["col_2", "col_3"])
    assert narrowed["allowed_collections"] == ["col_2"]
    assert (await make(strong, scopes=["admin"]))["allowed_collections"] == ["col_1", "col_2"]


async def test_the_list_goes_on_page_by_page_newest_first(house: House) -> None:
    browser = await house.signed_in()
    made = []
    for number in range(5):
        made.append((await make(browser, name=f"key {number}"))["id"])
        if number % 2:  # some are made in the same moment
            house.clock.advance(seconds=1)
    seen: list[str] = []
    cursor = None
    for _ in range(3):
        page = (
            await browser.get("/api/v1/keys", params={"limit": 2, **({"cursor": cursor} if cursor else {})})
        ).json()
        assert page["total"] == 5
        assert all("key" not in item for item in page["items"])
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert sorted(seen) == sorted(made)
    assert seen[0] == made[-1]


async def test_the_last_use_is_written_down(house: House) -> None:
    browser = await house.signed_in()
    made = await make(browser)
    assert (await browser.get("/api/v1/keys")).json()["items"][0]["last_used_at"] is None
    await house.with_key(made["key"]).get("/whoami")
    await house.identity._record_use()
    assert (await browser.get("/api/v1/keys")).json()["items"][0]["last_used_at"] == "2026-03-01T12:00:00Z"


async def test_the_database_holds_no_secret(house: House) -> None:
    browser = await house.signed_in()
    made = await make(browser)
    secrets = [made["key"][-43:], *(value.encode().hex() for value in browser.client.cookies.values())]
    secrets += list(browser.client.cookies.values())
    async with house.database.reading() as connection:
        for table in ("api_keys", "sessions", "users"):
            rows = (await connection.exec_driver_sql(f"SELECT * FROM {table}")).all()
            assert rows
            text = " ".join(
                value.hex() if isinstance(value, bytes) else str(value) for row in rows for value in row
            )
            assert not any(secret in text for secret in secrets)


async def test_rotation_gives_a_new_secret_and_lets_the_old_one_overlap(house: House) -> None:
    browser = await house.signed_in()
    expires = house.clock.now() + timedelta(days=90)
    old = await make(browser, scopes=["chat"], allowed_models=["m"], expires_at=expires.isoformat())
    house.clock.advance(days=30)
    browser = await house.signed_in()
    answer = await browser.post(f"/api/v1/keys/{old['id']}/rotate", {"overlap_s": 3600})
    assert answer.status_code == 201
    new = answer.json()
    assert (new["scopes"], new["allowed_models"], new["expires_at"]) == (
        ["chat"],
        ["m"],
        "2026-06-29T12:00:00Z",
    )
    clients = [house.with_key(key["key"]) for key in (old, new)]
    assert [(await client.get("/whoami")).status_code for client in clients] == [200, 200]
    house.clock.advance(hours=1)
    assert [(await client.get("/whoami")).status_code for client in clients] == [401, 200]


async def test_rotation_does_not_lengthen_the_life_of_the_old_key(house: House) -> None:
    browser = await house.signed_in()
    old = await make(browser, expires_at=(house.clock.now() + timedelta(minutes=5)).isoformat())
    await browser.post(f"/api/v1/keys/{old['id']}/rotate", {"overlap_s": 86400})
    house.clock.advance(minutes=5)
    assert (await house.with_key(old["key"]).get("/whoami")).status_code == 401
    assert code(await browser.post("/api/v1/keys/nothing/rotate", {})) == "key.not_found"


async def test_a_key_that_rotates_itself_ends_when_it_would_have(house: House) -> None:
    """Else whoever has got hold of it keeps it alive for ever."""
    browser = await house.signed_in()
    ends = house.clock.now() + timedelta(days=2)
    old = await make(browser, scopes=["admin"], expires_at=ends.isoformat())
    house.clock.advance(days=1)
    answer = await house.with_key(old["key"]).post(f"/api/v1/keys/{old['id']}/rotate", {"overlap_s": 0})
    new = answer.json()
    assert (answer.status_code, new["expires_at"]) == (201, old["expires_at"])
    client = house.with_key(new["key"])
    assert (await client.get("/whoami")).status_code == 200
    house.clock.advance(days=1)
    assert code(await client.get("/whoami")) == "auth.expired"


async def test_a_key_that_was_replaced_does_not_renew_itself_in_the_overlap(house: House) -> None:
    browser = await house.signed_in()
    old = await make(browser, scopes=["admin"])
    house.clock.advance(days=300)
    await (await house.signed_in()).post(f"/api/v1/keys/{old['id']}/rotate", {"overlap_s": 3600})
    again = await house.with_key(old["key"]).post(f"/api/v1/keys/{old['id']}/rotate", {})
    assert (again.status_code, again.json()["expires_at"]) == (201, "2026-12-26T13:00:00Z")


async def test_nobody_gets_the_secret_of_another_persons_key(house: House) -> None:
    """It would let an administrator act, and stand in the audit log, as that person; as a superior even."""
    first = await house.signed_in()
    olga = await house.invited("olga@example.org", "organisation_admin", first)
    bob = await house.invited("bob@example.org", by=first)
    for victim in (first, bob):
        key = (await make(victim))["id"]
        assert code(await olga.post(f"/api/v1/keys/{key}/rotate", {})) == "permission.denied"
        assert (await olga.delete(f"/api/v1/keys/{key}")).status_code == 204


async def test_keys_of_service_accounts_are_rotated_by_who_may_make_them(house: House) -> None:
    first = await house.signed_in()
    olga = await house.invited("olga@example.org", "organisation_admin", first)
    for role, expected in (("member", 201), ("system_admin", 403)):
        account = (await first.post("/api/v1/service-accounts", {"name": role, "role": role})).json()["id"]
        key = (await make(first, subject_id=account))["id"]
        assert (await olga.post(f"/api/v1/keys/{key}/rotate", {})).status_code == expected


async def test_a_key_makes_none_that_is_good_for_longer_or_elsewhere(house: House) -> None:
    browser = await house.signed_in()
    ends = (house.clock.now() + timedelta(days=1)).isoformat()
    bounds = {"scopes": ["admin"], "expires_at": ends, "allowed_networks": ["192.0.2.0/24"]}
    key = house.with_key((await make(browser, **bounds))["key"], "192.0.2.7")
    free = await make(key)
    assert (free["expires_at"], free["allowed_networks"]) == ("2026-03-02T12:00:00Z", ["192.0.2.0/24"])
    later = (house.clock.now() + timedelta(days=9)).isoformat()
    wide = await make(key, expires_at=later, allowed_networks=["192.0.2.128/25", "198.51.100.0/24"])
    assert (wide["expires_at"], wide["allowed_networks"]) == ("2026-03-02T12:00:00Z", ["192.0.2.128/25"])
    assert (await make(key, allowed_networks=["192.0.0.0/16"]))["allowed_networks"] == ["192.0.2.0/24"]


async def test_a_key_sees_and_changes_nothing_of_its_holders_account(house: House) -> None:
    browser = await house.signed_in()
    session = (await browser.get("/api/v1/me/sessions")).json()["items"][0]["id"]
    for scopes in (["chat"], ["admin"]):
        key = house.with_key((await make(browser, scopes=scopes))["key"])
        for answer in (
            await key.get("/api/v1/me/sessions"),
            await key.delete("/api/v1/me/sessions"),
            await key.delete(f"/api/v1/me/sessions/{session}"),
            await key.get("/api/v1/me/passkeys"),
            await key.get("/api/v1/me/second-factor"),
            await key.patch("/api/v1/me", {"name": "Eve"}),
        ):
            assert (answer.status_code, code(answer)) == (403, "auth.scope"), answer.request.url
        assert (await key.get("/api/v1/me")).status_code == 200
    assert (await browser.get("/api/v1/me")).json()["name"] == "Administrator"
