"""Rules of labels: who may make them, how they hold at once, and how they are explained."""

from dataclasses import replace

import httpx

from bastide.identity.contract import Access, Action, Credentials, Grant, Principal, Resource
from tests.unit.identity.conftest import Browser, House

OPEN = Resource(
    "collection",
    "col_1",
    "org_default",
    "usr_x",
    (Grant("organisation:org_default", Access.READ),),
    labels=("confidential",),
)


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def principal(house: House, browser: Browser) -> Principal:
    cookie = browser.client.cookies["bastide_session"]
    return await house.identity.authenticator.authenticate(Credentials(session_cookie=cookie))


async def remember(house: House, by: Browser, resource: Resource) -> None:
    house.clock.advance(minutes=1)
    who = await principal(house, by)
    async with house.database.transaction() as connection:
        await house.management.share.remember(connection, who, resource)


async def may_read(house: House, browser: Browser) -> bool:
    who = await principal(house, browser)
    return house.identity.policy.allows(who, Action.COLLECTION_READ, OPEN)


async def test_a_rule_holds_at_once_for_administrators_too_and_is_a_link_of_the_chain(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id, admin_id = [(await principal(house, one)).subject_id for one in (bob, admin)]
    group = (await admin.post("/api/v1/groups", {"name": "Board"})).json()["id"]
    await remember(house, admin, OPEN)
    assert await may_read(house, bob)
    before = house.clock.now().isoformat()

    house.clock.advance(minutes=1)
    rule = {"only_for": [f"group:{group}"], "people_only": False, "second_factor": False}
    put = await admin.put("/api/v1/labels/confidential/rule", rule)
    assert (put.status_code, put.json()) == (200, rule)
    assert not await may_read(house, bob)
    assert not await may_read(house, admin)
    await admin.put(f"/api/v1/groups/{group}/members/{bob_id}")
    assert await may_read(house, bob)

    query = {"resource": "col_1", "subject": admin_id}
    now = (await admin.get("/api/v1/access/explain", params=query)).json()
    assert now["access"] is None
    assert [(one["ground"], one["label"]) for one in now["steps"]] == [
        ("administrator", None),
        ("label_barred", "confidential"),
    ]
    then = (await admin.get("/api/v1/access/explain", params={**query, "at": before})).json()
    assert then["access"] == "manage"
    readers = (await admin.get("/api/v1/access/readers", params={"resource": "col_1"})).json()
    assert [one["subject_id"] for one in readers["items"]] == [bob_id]
    assert readers["items"][0]["steps"][-1]["ground"] == "label_rule"
    entry = next(one for one in house.scribe.entries if one.action == "label_rule.changed")
    assert (entry.target, entry.details["after"]) == ("confidential", rule)

    listed = (await bob.get("/api/v1/labels")).json()["items"]
    assert listed == [{"label": "confidential", "name": "", "rule": rule}]
    await admin.put("/api/v1/labels/confidential/rule", {})
    assert await may_read(house, admin)


async def test_programs_are_kept_away_and_a_second_factor_is_asked_for(house: House) -> None:
    admin = await house.signed_in()
    service = (await admin.post("/api/v1/service-accounts", {"name": "bot", "role": "member"})).json()["id"]
    keys = [
        (await admin.post("/api/v1/keys", {"name": "k", "scopes": ["admin"], **of})).json()["key"]
        for of in ({"subject_id": service}, {})
    ]
    await admin.put("/api/v1/labels/confidential/rule", {"people_only": True})
    assert await may_read(house, admin)
    for key in keys:
        who = await house.identity.authenticator.authenticate(Credentials(bearer=key))
        assert not house.identity.policy.allows(who, Action.COLLECTION_READ, OPEN)
    await admin.put("/api/v1/labels/confidential/rule", {"second_factor": True})
    weak = await principal(house, admin)
    assert weak.barred_labels == {"confidential"}
    local = await house.identity.authenticator.authenticate(Credentials(bearer="local-secret"))
    assert not local.barred_labels
    await remember(house, admin, OPEN)
    query = {"resource": "col_1", "subject": weak.subject_id}
    steps = (await admin.get("/api/v1/access/explain", params=query)).json()["steps"]
    assert steps[-1]["ground"] == "label_second_factor"


async def test_what_is_refused(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    assert (await bob.put("/api/v1/labels/confidential/rule", {})).status_code == 403
    assert (await admin.put("/api/v1/labels/secret/rule", {})).status_code == 422
    unknown = await admin.put("/api/v1/labels/department:dep_x/rule", {})
    assert (unknown.status_code, code(unknown)) == (422, "label.unknown")
    nobody = await admin.put("/api/v1/labels/confidential/rule", {"only_for": ["group:grp_x"]})
    assert (nobody.status_code, code(nobody)) == (422, "grant.unknown")


async def test_a_change_of_labels_is_audited(house: House) -> None:
    admin = await house.signed_in()
    await remember(house, admin, OPEN)
    await remember(house, admin, replace(OPEN, labels=()))
    changes = [one.details for one in house.scribe.entries if one.action == "labels.changed"]
    assert [(one["before"], one["after"]) for one in changes] == [
        ([], ["confidential"]),
        (["confidential"], []),
    ]


async def test_a_group_that_was_deleted_keeps_nobody_from_changing_a_rule(house: House) -> None:
    admin = await house.signed_in()
    old, new = [
        "group:" + (await admin.post("/api/v1/groups", {"name": name})).json()["id"] for name in ("a", "b")
    ]
    department = (await admin.post("/api/v1/groups", {"name": "c", "kind": "department"})).json()["id"]
    for label in ("confidential", f"department:{department}"):
        path = f"/api/v1/labels/{label}/rule"
        assert (await admin.put(path, {"only_for": [old]})).status_code == 200
    for gone in (old.removeprefix("group:"), department):
        assert (await admin.delete(f"/api/v1/groups/{gone}")).status_code == 204
    for label in ("confidential", f"department:{department}"):
        path = f"/api/v1/labels/{label}/rule"
        assert (await admin.put(path, {"only_for": [old, new]})).status_code == 200
        assert (await admin.put(path, {})).status_code == 200
