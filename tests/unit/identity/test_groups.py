import httpx

from bastide.identity.contract import Credentials
from tests.unit.identity.conftest import Browser, House


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def groups_of(house: House, key: str) -> tuple[frozenset[str], frozenset[str]]:
    principal = await house.identity.authenticator.authenticate(Credentials(bearer=key))
    return principal.groups, principal.departments


async def test_membership_is_in_the_principal_at_once(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    key = (await bob.post("/api/v1/keys", {"name": "x"})).json()["key"]
    assert await groups_of(house, key) == (frozenset(), frozenset())
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()
    department = (await admin.post("/api/v1/groups", {"name": "Legal", "kind": "department"})).json()
    assert group["id"].startswith("grp_")
    assert department["id"].startswith("dep_")
    for one in (group, department, group):
        assert (await admin.put(f"/api/v1/groups/{one['id']}/members/{bob_id}")).status_code == 204
    assert await groups_of(house, key) == (frozenset({group["id"]}), frozenset({department["id"]}))
    assert house.scribe.actions().count("group.member_added") == 2
    listed = (await admin.get("/api/v1/groups")).json()["items"]
    assert [(one["kind"], one["members_count"]) for one in listed] == [("department", 1), ("group", 1)]
    for _ in range(2):
        assert (await admin.delete(f"/api/v1/groups/{group['id']}/members/{bob_id}")).status_code == 204
    assert (await groups_of(house, key))[0] == frozenset()
    assert (await admin.delete(f"/api/v1/groups/{department['id']}")).status_code == 204
    assert await groups_of(house, key) == (frozenset(), frozenset())


async def test_names_are_unique_within_a_kind(house: House) -> None:
    admin = await house.signed_in()
    made = (await admin.post("/api/v1/groups", {"name": " Legal "})).json()
    assert made["name"] == "Legal"
    taken = await admin.post("/api/v1/groups", {"name": "Legal"})
    assert (taken.status_code, code(taken)) == (409, "group.exists")
    other = (await admin.post("/api/v1/groups", {"name": "Sales"})).json()
    assert code(await admin.patch(f"/api/v1/groups/{other['id']}", {"name": "Legal"})) == "group.exists"
    assert (await admin.patch(f"/api/v1/groups/{other['id']}", {"name": "Vente"})).json()["name"] == "Vente"
    for body in ({"name": ""}, {"name": "  "}, {"name": "x", "kind": "team"}):
        assert (await admin.post("/api/v1/groups", body)).status_code == 422


async def test_members_see_groups_and_change_none(house: House) -> None:
    admin = await house.signed_in()
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()["id"]
    bob = await house.invited("bob@example.org", by=admin)
    reader = await house.invited("rita@example.org", "read_only", admin)
    bob_id = (await bob.get("/api/v1/me")).json()["id"]
    assert (await bob.get(f"/api/v1/groups/{group}/members")).json() == {"items": [], "total": 0}
    assert (await bob.put(f"/api/v1/groups/{group}/members/{bob_id}")).status_code == 403
    assert (await reader.get("/api/v1/groups")).status_code == 403


async def test_a_service_account_is_a_member_like_any_other(house: House) -> None:
    admin = await house.signed_in()
    service = (await admin.post("/api/v1/service-accounts", {"name": "robot"})).json()["id"]
    group = (await admin.post("/api/v1/groups", {"name": "Machines"})).json()["id"]
    await admin.put(f"/api/v1/groups/{group}/members/{service}")
    made = await admin.post("/api/v1/keys", {"name": "x", "subject_id": service})
    assert made.json()["subject_id"] == service
    assert (await groups_of(house, made.json()["key"]))[0] == frozenset({group})


async def robot(admin: Browser, role: str = "member") -> tuple[str, str]:
    service = (await admin.post("/api/v1/service-accounts", {"name": "robot", "role": role})).json()["id"]
    made = await admin.post("/api/v1/keys", {"name": "x", "subject_id": service, "scopes": ["admin"]})
    return service, made.json()["key"]


async def test_a_service_account_lives_and_dies_with_its_keys(house: House) -> None:
    admin = await house.signed_in()
    service, key = await robot(admin)
    client = house.with_key(key)
    assert (await client.get("/api/v1/me")).json()["id"] == service
    assert (await client.get("/api/v1/service-accounts")).status_code == 403
    await admin.patch(f"/api/v1/service-accounts/{service}", {"role": "organisation_admin"})
    assert (await client.get("/api/v1/service-accounts")).json()["total"] == 1
    changed = await admin.patch(f"/api/v1/service-accounts/{service}", {"active": False, "name": "old robot"})
    assert (changed.json()["name"], changed.json()["active"]) == ("old robot", False)
    assert (await client.get("/whoami")).status_code == 401
    await admin.patch(f"/api/v1/service-accounts/{service}", {"active": True})
    assert (await client.get("/whoami")).status_code == 401
    second, key = await robot(admin)
    assert (await admin.delete(f"/api/v1/service-accounts/{second}")).status_code == 204
    assert (await house.with_key(key).get("/whoami")).status_code == 401
    assert (await admin.get("/api/v1/service-accounts")).json()["total"] == 1


async def test_only_who_manages_keys_makes_them_for_others(house: House) -> None:
    admin = await house.signed_in()
    service, _ = await robot(admin)
    bob = await house.invited("bob@example.org", by=admin)
    assert (await bob.post("/api/v1/keys", {"name": "x", "subject_id": service})).status_code == 403
    assert (await bob.post("/api/v1/service-accounts", {"name": "x"})).status_code == 403
