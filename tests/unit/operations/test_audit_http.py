"""The audit log over HTTP: who sees what, exports, and one's own verification."""

from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.identity.usecases.policy import TablePolicy
from bastide.operations.domain.verification import ExportVerifier
from bastide.operations.routes import audit_routers
from bastide.platform.http.handlers import install_error_handlers
from tests.unit.operations.conftest import Desk, entry

ADMIN = Principal("usr_admin", "org_a", Role.ORGANISATION_ADMIN, CredentialKind.SESSION, session_id="ses_1")


@dataclass
class Client:
    desk: Desk
    who: Principal = ADMIN

    def caller(self, _: Request) -> Principal:
        return self.who

    async def ask(self, method: str, path: str, expected: int = 200, **options: Any) -> httpx.Response:
        app = FastAPI()
        install_error_handlers(app)
        for router in audit_routers(self.desk.auditing, TablePolicy(), self.caller):
            app.include_router(router)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://b") as client:
            answer = await client.request(method, f"/api/v1/audit{path}", **options)
        assert answer.status_code == expected, answer.text
        return answer


@pytest.fixture
def client(desk: Desk) -> Client:
    return Client(desk)


async def test_entries_are_listed_with_what_is_personal_and_without_the_salt(client: Client) -> None:
    await client.desk.fill(3)
    page = (await client.ask("GET", "", params={"limit": 2})).json()
    assert page["total"] == 3
    item = page["items"][0]
    assert (item["position"], item["actor"], item["action"]) == (2, "usr_2", "search.answered")
    assert item["personal"] == {"query": "where is 2?"}
    rest = (await client.ask("GET", "", params={"limit": 2, "cursor": page["next_cursor"]})).json()
    assert [one["position"] for one in rest["items"]] == [0]


@pytest.mark.parametrize("role", [Role.AGENT_MANAGER, Role.MEMBER, Role.READ_ONLY])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("GET", "/checkpoint"),
        ("GET", "/consistency?first=1&second=2"),
        ("GET", "/0/proof"),
        ("GET", "/policy"),
        ("GET", "/export"),
        ("POST", "/verify"),
    ],
)
async def test_only_administrators_read_it(client: Client, role: Role, method: str, path: str) -> None:
    await client.desk.fill(2)
    client.who = replace(ADMIN, role=role)
    await client.ask(method, path, 403)


async def test_the_system_log_is_for_who_runs_the_installation(client: Client) -> None:
    await client.desk.fill(2, "system")
    await client.ask("GET", "?log=system", 403)
    client.who = replace(ADMIN, role=Role.SYSTEM_ADMIN)
    assert (await client.ask("GET", "?log=system")).json()["total"] == 2


async def test_an_organisation_sees_its_own_log_only(client: Client) -> None:
    await client.desk.fill(2, "org_b")
    assert (await client.ask("GET", "")).json()["total"] == 0
    assert (await client.ask("GET", "/checkpoint")).json()["checkpoint"] is None
    await client.ask("GET", "/export", 422)
    await client.ask("GET", "/0/proof", 404)


async def test_an_export_over_http_verifies_and_is_written_down(client: Client) -> None:
    await client.desk.fill(300)
    answer = await client.ask("GET", "/export")
    assert answer.headers["content-disposition"] == 'attachment; filename="audit-org_a.jsonl"'
    verifier = ExportVerifier(client.desk.keyring.public_keys())
    for line in answer.text.splitlines():
        verifier.feed(line)
    assert (verifier.finish().problems, verifier.finish().entries) == ([], 300)
    await client.desk.turn()
    newest = (await client.ask("GET", "")).json()["items"][0]
    assert (newest["action"], newest["actor"], newest["credential_id"]) == (
        "audit.exported",
        "usr_admin",
        "ses_1",
    )


async def test_cef_is_one_escaped_line_per_entry(client: Client) -> None:
    await client.desk.record(entry(1, address="192.0.2.1"))
    await client.desk.record(replace(entry(3), action="a|b\\c", target="x=y\nz"))
    await client.desk.turn()
    lines = (await client.ask("GET", "/export?format=cef")).text.splitlines()
    assert lines[0].startswith(
        "CEF:0|Bastide|Bastide|1.0|search.answered|search.answered|3|rt=1772366400000 "
    )
    assert "src=192.0.2.1" in lines[0]
    assert lines[1].startswith("CEF:0|Bastide|Bastide|1.0|a\\|b\\\\c|")
    assert "cs2=x\\=y\\nz" in lines[1]


async def test_the_policy_is_the_organisations(client: Client) -> None:
    assert (await client.ask("GET", "/policy")).json() == {
        "query_text": "hash",
        "retention_days": 400,
        "fail_closed": False,
    }
    wanted = {"query_text": "omit", "retention_days": 365, "fail_closed": True}
    assert (await client.ask("PUT", "/policy", json=wanted)).json() == wanted
    assert (await client.ask("GET", "/policy")).json() == wanted
    await client.desk.turn()
    assert (await client.ask("GET", "?action=audit.policy_changed")).json()["items"][0]["details"] == wanted
    for wrong in (
        {},
        {**wanted, "retention_days": 364},
        {**wanted, "query_text": "x"},
        {**wanted, "more": 1},
    ):
        await client.ask("PUT", "/policy", 422, json=wrong)


async def test_verification_and_proofs_are_answered(client: Client) -> None:
    await client.desk.fill(5)
    verdict = (await client.ask("POST", "/verify")).json()
    assert (verdict["valid"], verdict["entries"], verdict["checkpoint"]["size"]) == (True, 5, 5)
    head = (await client.ask("GET", "/checkpoint")).json()
    assert head["checkpoint"]["key_id"] in head["keys"]
    proof = (await client.ask("GET", "/3/proof")).json()
    assert (proof["position"], len(proof["hashes"])) == (3, 3)
    assert len((await client.ask("GET", "/consistency?first=3&second=5")).json()["hashes"]) == 4
    await client.ask("GET", "/9/proof", 404)
    await client.ask("GET", "/x/proof", 422)
    await client.ask("GET", "/consistency?first=5&second=3", 422)


async def test_syslog_is_one_message_per_entry(client: Client) -> None:
    await client.desk.fill(2)
    lines = (await client.ask("GET", "/export?format=syslog")).text.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("<110>1 2026-03-01T12:00:00.000000Z - bastide - search.answered [origin ")
