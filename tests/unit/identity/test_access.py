"""Explaining access now and in the past, over HTTP, and who may ask."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from bastide.identity.contract import Access, Credentials, Grant, GranteeUnknownError, Principal, Resource
from tests.unit.identity.conftest import Browser, House

COLLECTION = Resource("collection", "col_1", "org_default", "usr_x")


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def principal(house: House, browser: Browser) -> Principal:
    credentials = Credentials(session_cookie=browser.client.cookies["bastide_session"])
    return await house.identity.authenticator.authenticate(credentials)


async def remember(house: House, by: Browser, resource: Resource, *, deleted: bool = False) -> None:
    house.clock.advance(minutes=1)
    who = await principal(house, by)
    async with house.database.transaction() as connection:
        await house.management.share.remember(connection, who, resource, deleted=deleted)


async def why(browser: Browser, subject: str, resource: str = "doc_1", **query: str) -> dict[str, Any]:
    answer = await browser.get(
        "/api/v1/access/explain", params={"resource": resource, "subject": subject, **query}
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_chain_of_grants_now_and_then(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = (await principal(house, bob)).subject_id
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()["id"]
    shared = replace(COLLECTION, grants=(Grant(f"group:{group}", Access.READ),))
    document = Resource("document", "doc_1", "org_default", "usr_x", (), shared)
    await remember(house, admin, shared)
    await remember(house, admin, document)
    before = house.clock.now().isoformat()
    assert (await why(admin, bob_id))["access"] is None

    house.clock.advance(minutes=1)
    await admin.put(f"/api/v1/groups/{group}/members/{bob_id}")
    during = house.clock.now().isoformat()
    chain = await why(admin, bob_id)
    assert (chain["access"], chain["role"]) == ("read", "member")
    assert chain["steps"] == [
        {
            "kind": "collection",
            "resource_id": "col_1",
            "ground": "grant",
            "access": "read",
            "grantee": f"group:{group}",
            "label": None,
        },
        {
            "kind": "document",
            "resource_id": "doc_1",
            "ground": "follows_collection",
            "access": "read",
            "grantee": None,
            "label": None,
        },
    ]
    await remember(house, admin, replace(document, grants=(Grant("user:usr_x", Access.READ),)))
    assert (await why(admin, bob_id))["steps"][-1]["ground"] == "not_on_list"
    house.clock.advance(minutes=1)
    await admin.patch(f"/api/v1/people/{bob_id}", {"active": False})
    assert (await why(admin, bob_id))["steps"][-1]["ground"] == "cannot_act"
    await remember(house, admin, document, deleted=True)
    assert (await why(admin, bob_id))["steps"][-1]["ground"] == "not_there"

    assert (await why(admin, bob_id, at=before))["access"] is None
    assert (await why(admin, bob_id, at=during))["access"] == "read"
    listed = (await admin.get("/api/v1/access/readers", params={"resource": "doc_1", "at": during})).json()
    assert {reader["subject_id"]: reader["access"] for reader in listed["items"]} == {
        bob_id: "read",
        (await principal(house, admin)).subject_id: "manage",
    }
    changes = (await admin.get("/api/v1/access/changes", params={"resource": "doc_1"})).json()["items"]
    assert [(change["grants"], change["deleted"]) for change in changes] == [
        ([], False),
        ([{"grantee": "user:usr_x", "access": "read"}], False),
        ([], True),
    ]


async def test_remembering_the_same_state_again_adds_nothing(house: House) -> None:
    admin = await house.signed_in()
    for _ in range(2):
        await remember(house, admin, COLLECTION)
    await remember(house, admin, replace(COLLECTION, grants=(Grant("user:usr_1", Access.READ),)))
    changes = (await admin.get("/api/v1/access/changes", params={"resource": "col_1"})).json()
    assert changes["total"] == 2
    assert [entry.details for entry in house.scribe.entries if entry.action == "access.changed"] == [
        {"kind": "collection", "before": {}, "after": {"user:usr_1": "read"}}
    ]


async def test_who_manages_a_thing_may_ask_about_it_and_others_only_about_themselves(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    eve = await house.invited("eve@example.org", by=admin)
    bob_id, eve_id = [(await principal(house, one)).subject_id for one in (bob, eve)]
    grants = (Grant(f"user:{bob_id}", Access.MANAGE), Grant(f"user:{eve_id}", Access.READ))
    await remember(house, admin, replace(COLLECTION, grants=grants))
    explained = await why(bob, eve_id, "col_1")
    assert explained["access"] == "read"
    assert explained["names"] == {f"user:{eve_id}": "Eve"}
    assert (await why(eve, eve_id, "col_1"))["access"] == "read"
    for path in ("explain?subject=" + bob_id + "&", "readers?", "changes?"):
        refused = await eve.get(f"/api/v1/access/{path}resource=col_1")
        assert (refused.status_code, code(refused)) == (403, "permission.denied")
    await remember(house, admin, replace(COLLECTION, grants=grants[:1]))
    answers: set[str] = set()
    for resource in ("col_1", "col_nothing"):
        for path in ("explain?subject=" + eve_id + "&", "readers?", "changes?"):
            hidden = await eve.get(f"/api/v1/access/{path}resource={resource}")
            assert (hidden.status_code, code(hidden)) == (404, "not_found")
            answers.add(hidden.text)
    assert len(answers) == 1  # in the very same words, or they tell which id exists


async def test_another_organisation_learns_nothing(house: House) -> None:
    admin = await house.signed_in()
    admin_id = (await principal(house, admin)).subject_id
    await remember(house, admin, COLLECTION)
    other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await admin.post("/api/v1/auth/switch", {"organisation_id": other})
    hidden = await admin.get("/api/v1/access/explain", params={"resource": "col_1", "subject": admin_id})
    assert (hidden.status_code, code(hidden)) == (404, "not_found")
    assert (await admin.get("/api/v1/access/changes?resource=col_1")).status_code == 404


async def test_a_grant_names_somebody_of_the_organisation(house: House) -> None:
    admin = await house.signed_in()
    who = await principal(house, admin)
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()["id"]
    department = (await admin.post("/api/v1/groups", {"name": "Paris", "kind": "department"})).json()["id"]
    service = (await admin.post("/api/v1/service-accounts", {"name": "robot"})).json()["id"]
    good = [
        f"user:{who.subject_id}",
        f"user:{service}",
        f"group:{group}",
        f"department:{department}",
        "organisation:org_default",
    ]
    await house.management.share.check(who, [Grant(token, Access.READ) for token in good])
    for token in (
        "user:usr_x",
        f"group:{department}",
        "organisation:org_x",
        "administrators:org_default",
        "*",
        "",
    ):
        with pytest.raises(GranteeUnknownError):
            await house.management.share.check(who, [Grant(token, Access.READ)])


async def test_a_sharing_dialog_finds_whom_to_name(house: House) -> None:
    admin = await house.signed_in()
    await admin.post("/api/v1/groups", {"name": "Bordeaux"})
    await house.invited("bob@example.org", by=admin)
    await admin.post("/api/v1/service-accounts", {"name": "robot"})
    found = (await admin.get("/api/v1/access/grantees", params={"q": "bo"})).json()["items"]
    assert [(one["kind"], one["name"]) for one in found] == [
        ("organisation", "Bastide"),
        ("group", "Bordeaux"),
        ("user", "Bob"),
        ("service", "robot"),
    ]


async def test_those_who_were_granted_something_are_named_however_many_there_are(house: House) -> None:
    admin = await house.signed_in()
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()["id"]
    gone = (await admin.post("/api/v1/groups", {"name": "Gone"})).json()["id"]
    service = (await admin.post("/api/v1/service-accounts", {"name": "robot"})).json()["id"]
    await admin.delete(f"/api/v1/groups/{gone}")
    tokens = [
        f"group:{group}",
        f"department:{group}",
        f"group:{gone}",
        f"user:{service}",
        "user:x",
        "nonsense",
    ]
    named = (await admin.get("/api/v1/access/grantees", params={"token": tokens})).json()["items"]
    assert [(one["token"], one["kind"], one["name"]) for one in named] == [
        (f"group:{group}", "group", "Legal"),
        (f"user:{service}", "service", "robot"),
    ]
    other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await admin.post("/api/v1/auth/switch", {"organisation_id": other})
    assert (await admin.get("/api/v1/access/grantees", params={"token": tokens})).json()["items"] == []


async def test_a_name_in_place_of_an_id_is_not_answered_with_nobody(house: House) -> None:
    """A shared collection looked as if nobody could read it, to an administrator who asked by name."""
    admin = await house.signed_in()
    await remember(
        house, admin, replace(COLLECTION, grants=(Grant("organisation:org_default", Access.READ),))
    )
    readers = await admin.get("/api/v1/access/readers", params={"resource": "col_1"})
    assert readers.json()["total"] == 1
    for path in ("readers?", "changes?", "explain?subject=usr_x&"):
        unknown = await admin.get(f"/api/v1/access/{path}resource=hr")
        assert (unknown.status_code, code(unknown)) == (404, "not_found"), path
