"""Invitations, roles, activity and what ends with them."""

import httpx
import pytest

from bastide.identity.contract import Access, CredentialKind, Grant, Principal, Role
from bastide.knowledge.adapters.sql_collections import SqlCollections
from bastide.knowledge.domain.collection import Collection
from tests.unit.identity.conftest import EMAIL, PASSWORD, Browser, House


def code(answer: httpx.Response) -> str:
    return answer.json()["error"]["code"]


async def me(browser: Browser) -> str:
    return (await browser.get("/api/v1/me")).json()["id"]


async def key_of(house: House, browser: Browser) -> Browser:
    made = await browser.post("/api/v1/keys", {"name": "x", "scopes": ["admin"]})
    assert made.status_code == 201, made.text
    return house.with_key(made.json()["key"])


async def test_an_invitation_is_mailed_accepted_once_and_written_down(house: House) -> None:
    admin = await house.signed_in()
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()["id"]
    body = {"email": " Bob@Example.org", "role": "agent_manager", "groups": [group]}
    made = (await admin.post("/api/v1/invitations", body)).json()
    assert (made["email"], made["role"], made["link"]["mailed"]) == ("bob@example.org", "agent_manager", True)
    letter = house.postbox.letters[-1]
    assert letter.to == "bob@example.org"
    assert f"https://bastide.example{made['link']['path']}" in letter.text
    assert "vous êtes invité" in letter.text.lower()
    assert "link" not in (await admin.get("/api/v1/invitations")).json()["items"][0]

    token = made["link"]["path"].removeprefix("/join#")
    bob = house.browser()
    welcome = (await bob.post("/api/v1/auth/invitation", {"token": token})).json()
    assert welcome == {"organisation": "Bastide", "email": "bob@example.org", "has_account": False}
    weak = await bob.post("/api/v1/auth/join", {"token": token, "password": "bob@example.org"})
    assert code(weak) == "password.weak"
    joined = await bob.post("/api/v1/auth/join", {"token": token, "password": PASSWORD, "name": "Bob"})
    assert joined.json()["user"]["role"] == "agent_manager"
    assert (await bob.get("/api/v1/me")).json()["name"] == "Bob"
    person = (await admin.get(f"/api/v1/people/{await me(bob)}")).json()
    assert (person["groups"], person["departments"], person["active"]) == ([group], [], True)
    again = await house.browser().post("/api/v1/auth/join", {"token": token, "password": PASSWORD})
    assert (again.status_code, code(again)) == (422, "link.invalid")
    assert [action for action in house.scribe.actions() if action.startswith("invitation")] == [
        "invitation.created",
        "invitation.accepted",
    ]
    assert (await admin.get("/api/v1/invitations")).json()["items"] == []
    assert code(await admin.post("/api/v1/invitations", body)) == "invitation.member"


@pytest.mark.parametrize("how", ["withdrawn", "replaced", "expired", "made up", "closed"])
async def test_an_invitation_that_does_not_hold_any_more(house: House, how: str) -> None:
    admin = await house.signed_in()
    made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
    token = made["link"]["path"].removeprefix("/join#")
    match how:
        case "withdrawn":
            assert (await admin.delete(f"/api/v1/invitations/{made['id']}")).status_code == 204
            assert code(await admin.delete(f"/api/v1/invitations/{made['id']}")) == "invitation.not_found"
        case "replaced":
            await admin.post("/api/v1/invitations", {"email": "BOB@example.org"})
        case "expired":
            house.clock.advance(days=7)
        case "closed":
            async with house.database.transaction() as connection:
                await connection.exec_driver_sql("UPDATE organisations SET active = false")
        case _:
            token = "x" * 43
    for path in ("invitation", "join"):
        body = {"token": token} | ({"password": PASSWORD} if path == "join" else {})
        assert code(await house.browser().post(f"/api/v1/auth/{path}", body)) == "link.invalid"


async def test_without_a_mail_server_the_link_is_handed_over(house: House) -> None:
    house.postbox.available = False
    made = await (await house.signed_in()).post("/api/v1/invitations", {"email": "bob@example.org"})
    assert made.json()["link"]["mailed"] is False
    assert made.json()["link"]["path"].startswith("/join#")


async def test_who_has_an_account_joins_with_its_password(house: House) -> None:
    bob = await house.invited("bob@example.org")
    admin = await house.signed_in()
    house.clock.advance(seconds=1)
    other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()
    await admin.post("/api/v1/auth/switch", {"organisation_id": other["id"]})
    made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org", "role": "read_only"})).json()
    token = made["link"]["path"].removeprefix("/join#")
    browser = house.browser()
    assert (await browser.post("/api/v1/auth/invitation", {"token": token})).json()["has_account"] is True
    wrong = await browser.post("/api/v1/auth/join", {"token": token, "password": "something else"})
    assert (wrong.status_code, code(wrong)) == (401, "auth.login_failed")
    joined = (await browser.post("/api/v1/auth/join", {"token": token, "password": PASSWORD})).json()["user"]
    assert (joined["organisation"]["name"], joined["role"]) == ("Other", "read_only")
    assert [one["name"] for one in joined["organisations"]] == ["Bastide", "Other"]
    assert (await bob.get("/api/v1/me")).json()["role"] == "member"  # the session elsewhere is what it was


async def test_deactivation_ends_sessions_and_keys_at_once_and_for_good(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", "organisation_admin", admin)
    bob_id, key = await me(bob), await key_of(house, bob)
    assert (await key.get("/whoami")).status_code == 200
    answer = await admin.patch(f"/api/v1/people/{bob_id}", {"active": False})
    assert answer.json()["active"] is False
    assert (await bob.get("/api/v1/me")).status_code == 401
    assert (await key.get("/whoami")).status_code == 401
    assert code(await house.browser().log_in("bob@example.org")) == "auth.login_failed"
    assert (await admin.patch(f"/api/v1/people/{bob_id}", {"active": True})).json()["active"] is True
    assert (await bob.get("/api/v1/me")).status_code == 401
    assert (await key.get("/whoami")).status_code == 401
    assert (await house.browser().log_in("bob@example.org")).status_code == 200
    assert {"person.deactivated", "person.activated"} <= set(house.scribe.actions())


async def test_administrators_end_sessions_one_by_one_or_all(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = await me(bob)
    other, third = house.browser(), house.browser()
    for browser in (other, third):
        house.clock.advance(seconds=1)
        await browser.log_in("bob@example.org")
    path = f"/api/v1/people/{bob_id}/sessions"
    listed = (await admin.get(path)).json()
    assert (listed["total"], [one["current"] for one in listed["items"]]) == (3, [False] * 3)
    assert (await admin.delete(f"{path}/{listed['items'][0]['id']}")).status_code == 204  # newest first
    assert (await third.get("/api/v1/me")).status_code == 401
    assert (await other.get("/api/v1/me")).status_code == 200
    own = (await admin.get("/api/v1/me/sessions")).json()["items"][0]["id"]
    for wrong in (listed["items"][0]["id"], own, "ses_none"):
        assert code(await admin.delete(f"{path}/{wrong}")) == "session.not_found"
    assert (await bob.get(path)).status_code == 403
    assert (await admin.delete(path)).json() == {"ended": 2}
    assert (await other.get("/api/v1/me")).status_code == (await bob.get("/api/v1/me")).status_code == 401
    entry = house.scribe.entries[-1]
    assert (entry.action, entry.details) == ("session.ended", {"user_id": bob_id})


async def test_sessions_elsewhere_and_of_superiors_are_not_for_administrators(house: House) -> None:
    admin = await house.signed_in()
    olivia = await house.invited("olivia@example.org", "organisation_admin", admin)
    superior = f"/api/v1/people/{await me(admin)}/sessions"
    assert (await olivia.get(superior)).status_code == 403
    assert (await olivia.delete(superior)).status_code == 403
    assert (await admin.get("/api/v1/me")).status_code == 200
    assert code(await admin.get("/api/v1/people/usr_none/sessions")) == "person.not_found"
    await house.invited("bob@example.org", by=admin)
    made = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await admin.post("/api/v1/auth/switch", {"organisation_id": made})
    here = (await admin.get(superior)).json()["items"]
    assert [one["organisation_id"] for one in here] == [made]


async def test_a_change_of_role_holds_at_once_and_ends_the_sessions(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", "organisation_admin", admin)
    bob_id, key = await me(bob), await key_of(house, bob)
    assert (await key.get("/api/v1/invitations")).status_code == 200
    await admin.patch(f"/api/v1/people/{bob_id}", {"role": "member"})
    assert (await key.get("/api/v1/invitations")).status_code == 403
    assert (await bob.get("/api/v1/me")).status_code == 401


async def test_who_is_taken_out_is_gone_from_here_only(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = await me(bob)
    group = (await admin.post("/api/v1/groups", {"name": "Legal"})).json()["id"]
    await admin.put(f"/api/v1/groups/{group}/members/{bob_id}")
    assert (await admin.delete(f"/api/v1/people/{bob_id}")).status_code == 204
    assert (await bob.get("/api/v1/me")).status_code == 401
    assert code(await admin.get(f"/api/v1/people/{bob_id}")) == "person.not_found"
    assert (await admin.get(f"/api/v1/groups/{group}/members")).json()["items"] == []
    assert (await house.browser().log_in("bob@example.org")).status_code == 401
    back = await house.browser().post("/api/v1/auth/invitation", {"token": "x"})
    assert back.status_code == 422
    assert (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).status_code == 201


async def test_grants_of_who_is_taken_out_do_not_revive(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = await me(bob)
    grants = Grant(f"user:{bob_id}", Access.READ), Grant("user:usr_carol", Access.READ)
    shared = Collection("col_1", "org_default", "Merger", "", "usr_x", grants, house.clock.now())
    owner = Principal("usr_x", "org_default", Role.MEMBER, CredentialKind.SESSION)
    async with house.database.transaction() as connection:
        await SqlCollections(connection).add(shared)
        await house.management.share.remember(connection, owner, shared.resource)
    why = {"resource": "col_1", "subject": bob_id}
    assert (await admin.get("/api/v1/access/explain", params=why)).json()["access"] == "read"
    house.clock.advance(minutes=1)
    assert (await admin.delete(f"/api/v1/people/{bob_id}")).status_code == 204
    changed, removed = house.scribe.entries[-2:]
    assert (removed.action, changed.action, changed.target) == ("person.removed", "access.changed", "col_1")
    assert changed.details["before"] == {f"user:{bob_id}": "read", "user:usr_carol": "read"}
    assert changed.details["after"] == {"user:usr_carol": "read"}

    made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
    joining = {"token": made["link"]["path"].removeprefix("/join#"), "password": PASSWORD}
    assert (await house.browser().post("/api/v1/auth/join", joining)).status_code == 200
    assert (await admin.get("/api/v1/access/explain", params=why)).json()["access"] is None
    async with house.database.reading() as connection:
        (row,) = await SqlCollections(connection).named(owner, "col_1")
    assert row.grants == (Grant("user:usr_carol", Access.READ),)


async def test_nobody_makes_or_touches_a_superior(house: House) -> None:
    admin = await house.signed_in()
    admin_id = await me(admin)
    boss = await house.invited("boss@example.org", "organisation_admin", admin)
    bob = await house.invited("bob@example.org", by=admin)
    bob_id = await me(bob)
    for answer in (
        await boss.post("/api/v1/invitations", {"email": "eve@example.org", "role": "system_admin"}),
        await boss.patch(f"/api/v1/people/{bob_id}", {"role": "system_admin"}),
        await boss.patch(f"/api/v1/people/{admin_id}", {"role": "member"}),
        await boss.patch(f"/api/v1/people/{admin_id}", {"active": False}),
        await boss.delete(f"/api/v1/people/{admin_id}"),
        await boss.post(f"/api/v1/people/{admin_id}/reset-link"),
        await boss.post("/api/v1/service-accounts", {"name": "x", "role": "system_admin"}),
        await boss.patch(f"/api/v1/people/{await me(boss)}", {"role": "system_admin"}),
        await bob.patch(f"/api/v1/people/{bob_id}", {"role": "organisation_admin"}),
        await bob.post("/api/v1/invitations", {"email": "eve@example.org"}),
        await bob.post("/api/v1/groups", {"name": "x"}),
        await bob.post("/api/v1/organisations", {"name": "x"}),
        await boss.post("/api/v1/organisations", {"name": "x"}),
    ):
        assert (answer.status_code, code(answer)) == (403, "permission.denied"), answer.request.url
    assert (await boss.patch(f"/api/v1/people/{bob_id}", {"role": "organisation_admin"})).status_code == 200


@pytest.mark.parametrize("change", [{"role": "member"}, {"active": False}, None])
async def test_the_last_administrator_stays(house: House, change: dict[str, object] | None) -> None:
    admin = await house.signed_in()
    admin_id = await me(admin)
    await house.invited("bob@example.org", by=admin)
    path = f"/api/v1/people/{admin_id}"
    answer = await (admin.delete(path) if change is None else admin.patch(path, change))
    assert (answer.status_code, code(answer)) == (409, "organisation.last_administrator")


async def test_the_last_system_administrator_stays_whoever_else_administers(house: House) -> None:
    admin = await house.signed_in()
    admin_id = await me(admin)
    boss = await house.invited("boss@example.org", "organisation_admin", admin)
    changes = {"role": "organisation_admin"}, {"active": False}
    for answer in (
        *[await admin.patch(f"/api/v1/people/{admin_id}", change) for change in changes],
        await admin.delete(f"/api/v1/people/{admin_id}"),
    ):
        assert (answer.status_code, code(answer)) == (409, "organisation.last_administrator")
    path = f"/api/v1/people/{await me(boss)}"
    assert (await admin.patch(path, {"role": "system_admin"})).status_code == 200
    assert (await admin.patch(f"/api/v1/people/{admin_id}", {"role": "member"})).status_code == 200


async def test_people_are_found_without_accents_page_by_page(house: House) -> None:
    admin = await house.signed_in()
    for name in ("elodie", "bernard", "zoe"):
        await house.invited(f"{name}@example.org", by=admin)
    elodie = await house.signed_in("elodie@example.org")
    await elodie.patch("/api/v1/me", {"name": "Élodie Müller"})
    for sought in ("élodie", "ELODIE", "muller", "Müll"):
        found = (await admin.get("/api/v1/people", params={"q": sought})).json()
        assert [person["name"] for person in found["items"]] == ["Élodie Müller"], sought
    assert (await admin.get("/api/v1/people", params={"q": "%"})).json()["total"] == 0
    emails: list[str] = []
    cursor = ""
    while cursor is not None:
        query = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await admin.get("/api/v1/people", params=query)).json()
        assert page["total"] == 4
        emails += [person["email"] for person in page["items"]]
        cursor = page["next_cursor"]
    assert emails == sorted(
        ["ada@example.org", "bernard@example.org", "elodie@example.org", "zoe@example.org"]
    )
    admins = (await admin.get("/api/v1/people", params={"role": "system_admin"})).json()["items"]
    assert [person["email"] for person in admins] == [EMAIL]
    assert code(await admin.get("/api/v1/people", params={"cursor": "!"})) == "cursor.invalid"


async def test_a_reset_link_dies_with_a_deactivation(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    person = f"/api/v1/people/{await me(bob)}"
    link = (await admin.post(f"{person}/reset-link")).json()
    for active in (False, True):
        assert (await admin.patch(person, {"active": active})).status_code == 200
    body = {"token": link["path"].removeprefix("/reset#"), "new_password": "another good one"}
    assert code(await house.browser().post("/api/v1/auth/reset", body)) == "link.invalid"


async def test_a_reset_link_is_handed_over_used_once_and_ends_every_session(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    house.postbox.available = False
    first = (await admin.post(f"/api/v1/people/{await me(bob)}/reset-link")).json()
    link = (await admin.post(f"/api/v1/people/{await me(bob)}/reset-link")).json()
    assert link["mailed"] is False
    token = link["path"].removeprefix("/reset#")
    anyone = house.browser()
    replaced = {"token": first["path"].removeprefix("/reset#"), "new_password": "another good one"}
    assert code(await anyone.post("/api/v1/auth/reset", replaced)) == "link.invalid"
    weak = await anyone.post("/api/v1/auth/reset", {"token": token, "new_password": "short"})
    assert code(weak) == "password.weak"
    body = {"token": token, "new_password": "another good one"}
    assert (await anyone.post("/api/v1/auth/reset", body)).status_code == 204
    assert code(await anyone.post("/api/v1/auth/reset", body)) == "link.invalid"
    assert (await bob.get("/api/v1/me")).status_code == 401
    assert (await house.browser().log_in("bob@example.org")).status_code == 401
    assert (await house.browser().log_in("bob@example.org", "another good one")).status_code == 200


async def test_a_reset_link_lasts_a_day(house: House) -> None:
    admin = await house.signed_in()
    bob = await house.invited("bob@example.org", by=admin)
    token = (await admin.post(f"/api/v1/people/{await me(bob)}/reset-link")).json()["path"][7:]
    house.clock.advance(hours=24)
    body = {"token": token, "new_password": "another good one"}
    assert code(await house.browser().post("/api/v1/auth/reset", body)) == "link.invalid"


async def test_a_forgotten_password_is_mailed_and_the_answer_never_tells(house: House) -> None:
    await house.invited("bob@example.org")
    before = len(house.postbox.letters)
    browser = house.browser()
    for email in ("nobody@example.org", "nonsense", "bob@example.org"):
        answer = await browser.post("/api/v1/auth/forgot", {"email": email})
        assert (answer.status_code, answer.text) == (202, "null")
    assert [letter.to for letter in house.postbox.letters[before:]] == ["bob@example.org"]
    token = house.postbox.letters[-1].text.partition("/reset#")[2].split()[0]
    body = {"token": token, "new_password": "another good one"}
    assert (await browser.post("/api/v1/auth/reset", body)).status_code == 204
    answers = [
        (await browser.post("/api/v1/auth/forgot", {"email": "bob@example.org"})).status_code
        for _ in range(8)
    ]
    assert answers[-1] == 429


async def test_an_organisation_cannot_reset_the_password_of_who_belongs_elsewhere_too(house: House) -> None:
    admin = await house.signed_in()
    boss = await house.invited("boss@example.org", "organisation_admin", admin)
    bob_id = await me(await house.invited("bob@example.org", by=admin))
    house.clock.advance(seconds=1)
    other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
    await admin.post("/api/v1/auth/switch", {"organisation_id": other})
    made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
    token = made["link"]["path"].removeprefix("/join#")
    await house.browser().post("/api/v1/auth/join", {"token": token, "password": PASSWORD})
    assert code(await boss.post(f"/api/v1/people/{bob_id}/reset-link")) == "permission.denied"
    assert (await admin.post(f"/api/v1/people/{bob_id}/reset-link")).status_code == 201


@pytest.mark.parametrize("how", ["joined elsewhere", "made a superior", "taken out", "own new password"])
async def test_a_link_handed_out_before_opens_no_more_than_it_did(house: House, how: str) -> None:
    """An administrator who kept it would get into another organisation, or into a superior's account."""
    admin = await house.signed_in()
    boss = await house.invited("boss@example.org", "organisation_admin", admin)
    bob = await house.invited("bob@example.org", by=admin)
    person = f"/api/v1/people/{await me(bob)}"
    house.postbox.available = False
    token = (await boss.post(f"{person}/reset-link")).json()["path"].removeprefix("/reset#")
    match how:
        case "joined elsewhere":
            house.clock.advance(seconds=1)
            other = (await admin.post("/api/v1/organisations", {"name": "Other"})).json()["id"]
            await admin.post("/api/v1/auth/switch", {"organisation_id": other})
            made = (await admin.post("/api/v1/invitations", {"email": "bob@example.org"})).json()
            joining = {"token": made["link"]["path"].removeprefix("/join#"), "password": PASSWORD}
            assert (await house.browser().post("/api/v1/auth/join", joining)).status_code == 200
        case "made a superior":
            assert (await admin.patch(person, {"role": "system_admin"})).status_code == 200
        case "taken out":
            assert (await admin.delete(person)).status_code == 204
        case _:
            change = {"current_password": PASSWORD, "new_password": "a better one it is"}
            assert (await bob.post("/api/v1/me/password", change)).status_code == 204
    used = await house.browser().post("/api/v1/auth/reset", {"token": token, "new_password": "mine from now"})
    assert (used.status_code, code(used)) == (422, "link.invalid")
