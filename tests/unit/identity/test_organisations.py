"""Tenants: switching between one's own, and that nothing of the others can be seen or touched."""

import httpx

from tests.unit.identity.conftest import Browser, House


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def other_organisation(house: House) -> tuple[Browser, str]:
    """A second organisation and its administrator, who belongs to it alone."""
    admin = await house.signed_in()
    house.clock.advance(seconds=1)
    made = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()
    await admin.post("/api/v1/auth/switch", {"organisation_id": made["id"]})
    return await house.invited("olga@example.org", "organisation_admin", admin), made["id"]


async def test_switching_gives_a_new_session_there_and_ends_the_old(house: House) -> None:
    admin = await house.signed_in()
    house.clock.advance(seconds=1)
    made = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()
    stale = house.browser()
    stale.client.cookies = httpx.Cookies(admin.client.cookies)
    answer = await admin.post("/api/v1/auth/switch", {"organisation_id": made["id"]})
    user = answer.json()["user"]
    assert user["organisation"] == {"id": made["id"], "name": "Other", "role": "system_admin"}
    assert [one["name"] for one in user["organisations"]] == ["Bastide", "Other"]
    assert (await stale.get("/api/v1/me")).status_code == 401
    assert (await admin.get("/api/v1/people")).json()["total"] == 1


async def test_one_switches_only_to_ones_own(house: House) -> None:
    olga, _ = await other_organisation(house)
    for target in ("org_default", "org_nothing"):
        answer = await olga.post("/api/v1/auth/switch", {"organisation_id": target})
        assert (answer.status_code, code(answer)) == (404, "organisation.not_found")
    key = (await olga.post("/api/v1/keys", {"name": "x", "scopes": ["admin"]})).json()["key"]
    by_key = await house.with_key(key).post("/api/v1/auth/switch", {"organisation_id": "org_default"})
    assert code(by_key) == "permission.denied"


async def test_nothing_of_another_organisation_can_be_seen_or_touched(house: House) -> None:
    admin = await house.signed_in()
    olga, _ = await other_organisation(house)
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    group = (await admin.post("/api/v1/groups", {"name": "Secret"})).json()["id"]
    service = (await admin.post("/api/v1/service-accounts", {"name": "robot"})).json()["id"]
    key = (await admin.post("/api/v1/keys", {"name": "x"})).json()["id"]
    invitation = (await admin.post("/api/v1/invitations", {"email": "eve@example.org"})).json()["id"]
    own = (await olga.post("/api/v1/groups", {"name": "Own"})).json()["id"]
    for answer in (
        await olga.get(f"/api/v1/people/{bob_id}"),
        await olga.patch(f"/api/v1/people/{bob_id}", {"active": False}),
        await olga.delete(f"/api/v1/people/{bob_id}"),
        await olga.post(f"/api/v1/people/{bob_id}/reset-link"),
        await olga.get(f"/api/v1/groups/{group}/members"),
        await olga.patch(f"/api/v1/groups/{group}", {"name": "x"}),
        await olga.delete(f"/api/v1/groups/{group}"),
        await olga.put(f"/api/v1/groups/{group}/members/{bob_id}"),
        await olga.put(f"/api/v1/groups/{own}/members/{bob_id}"),
        await olga.patch(f"/api/v1/service-accounts/{service}", {"active": False}),
        await olga.delete(f"/api/v1/service-accounts/{service}"),
        await olga.post("/api/v1/keys", {"name": "x", "subject_id": service}),
        await olga.delete(f"/api/v1/keys/{key}"),
        await olga.post(f"/api/v1/keys/{key}/rotate", {}),
        await olga.delete(f"/api/v1/invitations/{invitation}"),
        await olga.post("/api/v1/invitations", {"email": "x@example.org", "groups": [group]}),
    ):
        assert answer.status_code == 404, (answer.request.method, answer.request.url, answer.text)
    for path in ("people", "groups", "service-accounts", "invitations", "keys?everyone=true"):
        listed = (await olga.get(f"/api/v1/{path}")).text
        assert not any(secret in listed for secret in ("Secret", bob_id, "robot", "eve@", key)), path
    assert (await olga.post("/api/v1/groups", {"name": "Secret"})).status_code == 201  # names are not shared


async def test_a_closed_organisation_lets_nobody_in_until_it_is_opened(house: House) -> None:
    olga, other = await other_organisation(house)
    key = house.with_key((await olga.post("/api/v1/keys", {"name": "x"})).json()["key"])
    assert (await key.get("/whoami")).status_code == 200
    admin = await house.signed_in()
    assert (await admin.patch(f"/api/v1/organisations/{other}", {"active": False})).json()["active"] is False
    assert (await olga.get("/api/v1/me")).status_code == 401
    assert (await key.get("/whoami")).status_code == 401
    assert (await house.browser().log_in("olga@example.org")).status_code == 401
    names = [one["name"] for one in (await admin.get("/api/v1/me")).json()["organisations"]]
    assert names == ["Bastide"]
    await admin.patch(f"/api/v1/organisations/{other}", {"active": True})
    assert (await key.get("/whoami")).status_code == 200
    assert code(await admin.patch("/api/v1/organisations/org_default", {"active": False})) == (
        "organisation.last_administrator"
    )
    assert (
        code(await admin.patch("/api/v1/organisations/org_x", {"active": False})) == "organisation.not_found"
    )


async def test_an_administrator_names_the_own_organisation(house: House) -> None:
    olga, other = await other_organisation(house)
    assert (await olga.patch("/api/v1/organisation", {"name": " Nouvelle "})).json()["name"] == "Nouvelle"
    assert (await olga.get("/api/v1/organisation")).json()["name"] == "Nouvelle"
    listed = (await (await house.signed_in()).get("/api/v1/organisations")).json()["items"]
    assert [(one["id"], one["name"]) for one in listed] == [("org_default", "Bastide"), (other, "Nouvelle")]
    assert (await olga.get("/api/v1/organisations")).status_code == 403
