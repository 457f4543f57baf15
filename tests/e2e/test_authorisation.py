"""The authorisation matrix: every route × every role × own and other organisation, on the running program.

A route of the OpenAPI document, or one of the gateway's, that has no row here fails the build.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from bastide.gateway.asgi.app import PREFIXES
from tests.e2e.installation import EMAIL, PASSWORD, Installation, Server

pytestmark = pytest.mark.heavy
ROLES = {
    "S": "system_admin",
    "O": "organisation_admin",
    "A": "agent_manager",
    "M": "member",
    "R": "read_only",
}
ALL = "SOAMR"
Make = Callable[["Stage"], str]


@dataclass(frozen=True)
class Row:
    """What is expected of a route.

    Attributes:
        allowed: the roles that may; others get 403, and 404 where `hidden`.
        make: makes what the path names, in the first organisation, and gives its id. Then the administrator
            of another organisation gets 404, or 403 where the verb itself is not his (`elsewhere`).
        fresh: the call ends the session that makes it.
    """

    allowed: str
    make: Make | None = None
    body: Any = None
    query: str = ""
    hidden: bool = False
    elsewhere: int = 404
    fresh: bool = False
    files: bool = False


@dataclass
class Stage:
    """A running program with people of every role, and another organisation."""

    server: Server
    people: dict[str, httpx.Client] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    admin_id: str = ""

    @property
    def admin(self) -> httpx.Client:
        return self.people["S"]

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, timeout=60)

    def log_in(self, email: str) -> httpx.Client:
        client = self.client()
        answer = client.post("/api/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = client.cookies["bastide_csrf"]
        return client

    def join(self, email: str, role: str, by: httpx.Client) -> httpx.Client:
        made = by.post("/api/v1/invitations", json={"email": email, "role": role})
        token = made.json()["link"]["path"].partition("#")[2]
        client = self.client()
        joined = client.post("/api/v1/auth/join", json={"token": token, "password": PASSWORD})
        assert joined.status_code == 200, joined.text
        client.headers["X-CSRF-Token"] = client.cookies["bastide_csrf"]
        return client

    def made(self, path: str, body: Any, name: str = "id") -> str:
        answer = self.admin.post(f"/api/v1/{path}", json=body)
        assert answer.status_code in {201, 202}, (path, answer.text)
        return str(answer.json()[name])


def unique() -> str:
    return secrets.token_hex(6)


def person(stage: Stage) -> str:
    with closing(stage.join(f"{unique()}@example.org", "member", stage.admin)) as client:
        return str(client.get("/api/v1/me").json()["id"])


def export_job(stage: Stage) -> str:
    return stage.made(f"people/{stage.admin_id}/export", {})


def label(stage: Stage) -> str:
    """Of a department of the first organisation."""
    return "department:" + stage.made("groups", {"name": unique(), "kind": "department"})


def group(stage: Stage) -> str:
    return stage.made("groups", {"name": unique()})


def service(stage: Stage) -> str:
    return stage.made("service-accounts", {"name": unique()})


def invitation(stage: Stage) -> str:
    return stage.made("invitations", {"email": f"{unique()}@example.org"})


def service_key(stage: Stage) -> str:
    return stage.made("keys", {"name": unique(), "subject_id": service(stage)})


def key(stage: Stage) -> str:
    return stage.made("keys", {"name": unique()})


def private_collection(stage: Stage) -> str:
    return stage.made("collections", {"name": unique()})


def open_collection(stage: Stage) -> str:
    everyone = {"grantee": "organisation:org_default", "access": "read"}
    return stage.made("collections", {"name": unique(), "access": [everyone]})


def document_in(collection: Make) -> Make:
    def make(stage: Stage) -> str:
        data = {"collection": collection(stage)}
        answer = stage.admin.post(
            "/api/v1/documents", data=data, files={"file": (f"{unique()}.txt", unique().encode())}
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["document_id"])

    return make


private_document = document_in(private_collection)
open_document = document_in(open_collection)


def session_of_admin(stage: Stage) -> str:
    with closing(stage.log_in(EMAIL)) as another:
        listed = another.get("/api/v1/me/sessions").json()["items"]
    return next(str(one["id"]) for one in listed if one["current"])


def other_organisation(stage: Stage) -> str:
    return stage.made("organisations", {"name": unique()})


def model(stage: Stage) -> str:
    return stage.made("gateway/models", {"name": f"m-{unique()}"}, "name")


def provider(stage: Stage) -> str:
    return stage.made("gateway/providers", {"name": f"p{unique()}", "url": "http://127.0.0.1:9/v1"}, "name")


LIMIT = {
    "subject": "model",
    "subject_id": "bastide-reader",
    "metric": "requests",
    "period": "minute",
    "amount": 1_000,
}


def limit(stage: Stage) -> str:
    return stage.made("gateway/limits", LIMIT)


GUARDRAIL = {"name": "nothing", "action": "flag", "patterns": ["no-such-text"], "enabled": False}


def prompt(stage: Stage) -> str:
    """A call that is kept."""
    stage.admin.put("/api/v1/gateway/policy", json={"log_prompts": True}).raise_for_status()
    body = {"model": "bastide-reader", "messages": [{"role": "user", "content": "It is red.\n\nWhat is it?"}]}
    stage.admin.post("/v1/chat/completions", json=body).raise_for_status()
    return str(stage.admin.get("/api/v1/gateway/prompts").json()["items"][0]["id"])


def guardrail(stage: Stage) -> str:
    return stage.made("gateway/guardrails", GUARDRAIL)


def deployment(stage: Stage) -> str:
    return stage.made("gateway/deployments", {"model": model(stage), "provider": provider(stage)})


def nothing(_: Stage) -> str:
    return "nothing"


NAME = {"name": "x"}
ACCESS = {"access": []}
# Rows whose path names a thing stand twice where a grant counts: with nobody's grant, and with everyone's.
ROWS: dict[str, list[Row]] = {
    "GET /api/v1/me": [Row(ALL)],
    "PATCH /api/v1/me": [Row(ALL, body={"locale": "en"})],
    "POST /api/v1/me/password": [Row(ALL, body={"current_password": "x", "new_password": "y" * 12})],
    "GET /api/v1/me/sessions": [Row(ALL)],
    "DELETE /api/v1/me/sessions": [Row(ALL, fresh=True)],
    "DELETE /api/v1/me/sessions/{session_id}": [Row("S", session_of_admin, hidden=True)],
    "POST /api/v1/auth/logout": [Row(ALL, fresh=True)],
    "POST /api/v1/auth/switch": [Row("", nothing, body={"organisation_id": "org_x"}, hidden=True)],
    "GET /api/v1/me/second-factor": [Row(ALL)],
    "POST /api/v1/me/second-factor": [Row(ALL, body={"password": "x"})],
    "POST /api/v1/me/second-factor/confirm": [Row(ALL, body={"code": "1"})],
    "POST /api/v1/me/second-factor/recovery-codes": [Row(ALL, body={"password": "x"})],
    "POST /api/v1/me/second-factor/remove": [Row(ALL, body={"password": "x"})],
    "GET /api/v1/me/passkeys": [Row(ALL)],
    "POST /api/v1/me/passkeys": [Row(ALL, body={"name": "x", "credential": {}})],
    "POST /api/v1/me/passkeys/begin": [Row(ALL, body={"password": "x"})],
    "PATCH /api/v1/me/passkeys/{passkey_id}": [Row("", nothing, body=NAME, hidden=True)],
    "POST /api/v1/me/passkeys/{passkey_id}/remove": [
        Row(ALL, nothing, body={"password": "x"}, elsewhere=422)
    ],
    "POST /api/v1/me/tokens": [Row(ALL, body={})],
    "DELETE /api/v1/people/{user_id}/second-factor": [Row("SO", person)],
    "GET /api/v1/keys": [Row("SOAM")],
    "POST /api/v1/keys": [Row("SOAM", body=NAME)],
    "DELETE /api/v1/keys/{key_id}": [Row("SO", key, hidden=True)],
    "POST /api/v1/keys/{key_id}/rotate": [Row("SO", service_key, body={}, hidden=True)],
    "GET /api/v1/people": [Row("SOAM")],
    "GET /api/v1/people/{user_id}": [Row("SOAM", person)],
    "PATCH /api/v1/people/{user_id}": [Row("SO", person, body={"role": "read_only"})],
    "DELETE /api/v1/people/{user_id}": [Row("SO", person)],
    "POST /api/v1/people/{user_id}/reset-link": [Row("SO", person)],
    "GET /api/v1/people/{user_id}/sessions": [Row("SO", person)],
    "DELETE /api/v1/people/{user_id}/sessions": [Row("SO", person)],
    "DELETE /api/v1/people/{user_id}/sessions/{session_id}": [Row("SO", person)],
    "POST /api/v1/people/{user_id}/export": [Row("SO", person)],
    "POST /api/v1/people/{user_id}/erasure": [Row("SO", person, body={})],
    "GET /api/v1/personal-data": [Row(ALL)],
    "POST /api/v1/personal-data/verify": [
        Row(ALL, body={"statement": {}, "key_id": "s", "public_key": "", "signature": ""})
    ],
    "GET /api/v1/personal-data/{job_id}": [Row("SO", export_job, hidden=True)],
    "POST /api/v1/personal-data/{job_id}/retry": [Row("SO", export_job, hidden=True)],
    "GET /api/v1/personal-data/{job_id}/archive": [Row("SO", export_job, hidden=True)],
    "GET /api/v1/invitations": [Row("SO")],
    "POST /api/v1/invitations": [Row("SO", body={"email": "new@example.org"})],
    "DELETE /api/v1/invitations/{invitation_id}": [Row("SO", invitation)],
    "GET /api/v1/groups": [Row("SOAM")],
    "POST /api/v1/groups": [Row("SO", body=NAME)],
    "PATCH /api/v1/groups/{group_id}": [Row("SO", group, body={"name": "y"})],
    "DELETE /api/v1/groups/{group_id}": [Row("SO", group)],
    "GET /api/v1/groups/{group_id}/members": [Row("SOAM", group)],
    "PUT /api/v1/groups/{group_id}/members/{subject_id}": [Row("SO", group)],
    "DELETE /api/v1/groups/{group_id}/members/{subject_id}": [Row("SO", group)],
    "GET /api/v1/service-accounts": [Row("SO")],
    "POST /api/v1/service-accounts": [Row("SO", body=NAME)],
    "PATCH /api/v1/service-accounts/{account_id}": [Row("SO", service, body=NAME)],
    "DELETE /api/v1/service-accounts/{account_id}": [Row("SO", service)],
    "GET /api/v1/organisation": [Row("SO")],
    "PATCH /api/v1/organisation": [Row("SO", body=NAME)],
    "GET /api/v1/organisations": [Row("S")],
    "POST /api/v1/organisations": [Row("S", body=NAME)],
    "PATCH /api/v1/organisations/{organisation_id}": [
        Row("S", other_organisation, body={"active": True}, elsewhere=403)
    ],
    "GET /api/v1/access/explain": [
        Row("SO", private_collection, query="resource={}&subject=usr_x", hidden=True),
        Row("SO", open_collection, query="resource={}&subject=usr_x"),
    ],
    "GET /api/v1/access/readers": [
        Row("SO", private_collection, query="resource={}", hidden=True),
        Row("SO", open_collection, query="resource={}"),
    ],
    "GET /api/v1/access/changes": [
        Row("SO", private_collection, query="resource={}", hidden=True),
        Row("SO", open_collection, query="resource={}"),
    ],
    "GET /api/v1/access/grantees": [Row("SOAM")],
    "GET /api/v1/labels": [Row("SOAM")],
    "PUT /api/v1/labels/{label}/rule": [Row("SO", label, body={}, elsewhere=422)],
    "GET /api/v1/audit": [Row("SO"), Row("S", query="log=system")],
    "GET /api/v1/audit/checkpoint": [Row("SO"), Row("S", query="log=system")],
    "GET /api/v1/audit/consistency": [
        Row("SO", query="first=1&second=1"),
        Row("S", query="first=1&second=1&log=system"),
    ],
    "GET /api/v1/audit/export": [Row("SO"), Row("S", query="log=system")],
    "GET /api/v1/audit/policy": [Row("SO")],
    "PUT /api/v1/audit/policy": [
        Row("SO", body={"query_text": "hash", "retention_days": 400, "fail_closed": False})
    ],
    "POST /api/v1/audit/verify": [Row("SO"), Row("S", query="log=system")],
    "GET /api/v1/audit/{position}/proof": [Row("SO", lambda _: "0", elsewhere=200)],
    "GET /api/v1/collections": [Row(ALL)],
    "POST /api/v1/collections": [Row("SOAM", body=NAME)],
    "GET /api/v1/collections/{collection}": [
        Row("SO", private_collection, hidden=True),
        Row(ALL, open_collection),
    ],
    "PATCH /api/v1/collections/{collection}": [
        Row("SO", private_collection, body={}, hidden=True),
        Row("SO", open_collection, body={}),
    ],
    "DELETE /api/v1/collections/{collection}": [
        Row("SO", private_collection, hidden=True),
        Row("SO", open_collection),
    ],
    "GET /api/v1/documents": [Row(ALL)],
    "POST /api/v1/documents": [Row("SOAM", files=True)],
    "GET /api/v1/documents/events": [],  # a stream without an end: tests/integration/knowledge/test_http.py
    **{
        f"{verb} /api/v1/documents/{{document_id}}{tail}": [
            Row("SO", private_document, body=body, query=query, hidden=True),
            Row(reading, open_document, body=body, query=query),
        ]
        for verb, tail, body, query, reading in (
            ("GET", "", None, "", ALL),
            ("PATCH", "", {}, "", "SO"),
            ("DELETE", "", None, "", "SO"),
            ("POST", "/erasure", None, "", "SO"),
            ("GET", "/access", None, "", "SO"),
            ("PUT", "/access", ACCESS, "", "SO"),
            ("POST", "/cancel", None, "", "SO"),
            ("POST", "/retry", None, "", "SO"),
            ("GET", "/content", None, "", ALL),
            ("GET", "/versions", None, "", ALL),
            ("GET", "/text", None, "", ALL),
            ("GET", "/rectangles", None, "start=0&end=1", ALL),
        )
    },
    "POST /api/v1/search": [Row(ALL, body={"query": "x"})],
    "GET /api/v1/suggestions": [Row(ALL)],
    "GET /api/v1/index": [Row(ALL)],
    "POST /api/v1/index/compact": [Row("S")],
    "POST /api/v1/index/rebuild": [Row("SO")],
    "GET /api/v1/gateway/deployments": [Row("SO")],
    "POST /api/v1/gateway/deployments": [Row("S", body={"model": "m", "provider": "p"})],
    "PATCH /api/v1/gateway/deployments/{deployment_id}": [Row("S", deployment, body={}, elsewhere=403)],
    "DELETE /api/v1/gateway/deployments/{deployment_id}": [Row("S", deployment, elsewhere=403)],
    "GET /api/v1/gateway/health": [Row("SO")],
    "GET /api/v1/gateway/models": [Row("SO")],
    "POST /api/v1/gateway/models": [Row("S", body={"name": "bastide-reader"})],
    "GET /api/v1/gateway/models/{name}": [Row("SO", model, elsewhere=200)],
    "PUT /api/v1/gateway/models/{name}": [Row("S", model, body={}, elsewhere=403)],
    "DELETE /api/v1/gateway/models/{name}": [Row("S", model, elsewhere=403)],
    "GET /api/v1/gateway/providers": [Row("SO")],
    "POST /api/v1/gateway/providers": [Row("S", body={"name": "x", "url": "nonsense"})],
    "PATCH /api/v1/gateway/providers/{name}": [Row("S", provider, body={}, elsewhere=403)],
    "DELETE /api/v1/gateway/providers/{name}": [Row("S", provider, elsewhere=403)],
    "GET /api/v1/gateway/limits": [Row("SO")],
    "POST /api/v1/gateway/limits": [Row("SO", body=LIMIT)],
    "GET /api/v1/gateway/limits/mine": [Row(ALL, query="model=bastide-reader")],
    "PATCH /api/v1/gateway/limits/{limit_id}": [Row("SO", limit, body={})],
    "DELETE /api/v1/gateway/limits/{limit_id}": [Row("SO", limit)],
    "GET /api/v1/gateway/guardrails": [Row("SO")],
    "POST /api/v1/gateway/guardrails": [Row("SO", body=GUARDRAIL)],
    "POST /api/v1/gateway/guardrails/try": [Row("SO", body={"text": "x"})],
    "PATCH /api/v1/gateway/guardrails/{guardrail_id}": [Row("SO", guardrail, body={})],
    "DELETE /api/v1/gateway/guardrails/{guardrail_id}": [Row("SO", guardrail)],
    "GET /api/v1/gateway/policy": [Row("SO")],
    "PUT /api/v1/gateway/policy": [Row("SO", body={})],
    "GET /api/v1/gateway/prompts": [Row("SO")],
    "GET /api/v1/gateway/prompts/{prompt_id}": [Row("SO", prompt)],
    "GET /api/v1/usage": [Row(ALL, query="from=2026-01-01&to=2026-01-31")],
    "GET /api/v1/usage/entries": [Row(ALL)],
    "GET /api/v1/status": [Row(ALL)],
    "GET /api/v1/doctor": [Row(ALL)],
    "GET /metrics": [Row("S")],
    "GET /openapi.json": [Row(ALL)],
    "GET /v1/models/{model}": [Row(ALL, lambda _: "bastide-reader", elsewhere=200)],
    **{
        f"{verb} {path}": [Row(ALL, body=None if verb == "GET" else {})]
        for path in PREFIXES
        for verb in ("GET" if path.endswith("/models") else "POST",)
    },
}
# Said only to who may read the document, change the catalogue, or end sessions.
LATER = {"document.text_not_ready", "gateway.not_found", "session.not_found"}
PUBLIC = {
    "GET /health",
    "GET /ready",
    "GET /api/v1/auth/jwks",
    *(
        f"POST /api/v1/auth/{verb}"
        for verb in (
            "login",
            "second-factor",
            "passkey/begin",
            "token",
            "token/second-factor",
            "token/refresh",
            "passkey",
            "invitation",
            "join",
            "forgot",
            "reset",
        )
    ),
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    home: Path = tmp_path_factory.mktemp("matrix") / "home"
    quick = {"BASTIDE_EMBEDDER_URL": "none:", "BASTIDE_DOCUMENTS__SAMPLES": "false"}
    with Installation(home, quick).server() as server:
        stage = Stage(server)
        stage.emails = {letter: f"{role}@example.org" for letter, role in ROLES.items()} | {"S": EMAIL}
        stage.people["S"] = stage.log_in(EMAIL)
        stage.admin_id = stage.admin.get("/api/v1/me").json()["id"]
        for letter in "OAMR":
            stage.people[letter] = stage.join(stage.emails[letter], ROLES[letter], stage.admin)
        other = other_organisation(stage)
        founder = stage.log_in(EMAIL)
        founder.post("/api/v1/auth/switch", json={"organisation_id": other})
        founder.headers["X-CSRF-Token"] = founder.cookies["bastide_csrf"]
        stage.people["X"] = stage.join("olga@example.org", "organisation_admin", founder)
        stage.people[""] = stage.client()
        yield stage
        for client in (*stage.people.values(), founder):
            client.close()


def call(stage: Stage, client: httpx.Client, route: str, row: Row) -> httpx.Response:
    method, path = route.split(" ")
    made = row.make(stage) if row.make else ""
    filled = path.replace("{subject_id}", stage.admin_id)
    head, brace, rest = filled.partition("{")
    filled = f"{head}{made}{rest.partition('}')[2]}" if brace else filled
    options: dict[str, Any] = {"json": row.body} if row.body is not None else {}
    if row.files:
        options = {"files": {"file": (f"{unique()}.txt", unique().encode())}}
    return client.request(method, f"{filled}?{row.query.format(made)}", **options)


CASES = [(route, number) for route, rows in ROWS.items() for number in range(len(rows))]


def test_every_route_has_a_row_and_every_row_a_route(stage: Stage) -> None:
    paths = stage.admin.get("/openapi.json").json()["paths"]
    routes = {f"{verb.upper()} {path}" for path, verbs in paths.items() for verb in verbs}
    routes |= {"GET /openapi.json", *(route for route in ROWS if "/v1/" in route and "/api/v1/" not in route)}
    routes |= {route for route in ROWS if route.split(" ")[1] in PREFIXES}
    assert routes == set(ROWS) | PUBLIC


@pytest.mark.parametrize(("route", "number"), CASES)
def test_who_may_and_who_may_not(stage: Stage, route: str, number: int) -> None:
    row = ROWS[route][number]
    refused = 404 if row.hidden else 403
    for letter, role in ROLES.items():
        client = stage.log_in(stage.emails[letter]) if row.fresh else stage.people[letter]
        answer = call(stage, client, route, row)
        if row.fresh:
            client.close()
            stage.people[letter].close()
            stage.people[letter] = stage.log_in(stage.emails[letter])
        # An allowed call may still be told that its body or the state of the thing will not do.
        if letter in row.allowed:
            problem = answer.status_code in {401, 403, 404} or answer.status_code >= 500
            assert not problem or answer.json()["error"]["code"] in LATER, (role, answer.text)
        else:
            # Somebody who may nothing of the kind is told so before anything is looked for.
            assert answer.status_code == refused or (row.hidden and answer.status_code == 403), (
                role,
                answer.status_code,
                answer.text,
            )


@pytest.mark.parametrize(("route", "number"), [case for case in CASES if ROWS[case[0]][case[1]].make])
def test_another_organisation_reaches_nothing(stage: Stage, route: str, number: int) -> None:
    row = ROWS[route][number]
    answer = call(stage, stage.people["X"], route, row)
    assert answer.status_code == row.elsewhere, answer.text


@pytest.mark.parametrize("route", sorted(ROWS))
def test_without_credentials_nothing_is_answered(stage: Stage, route: str) -> None:
    row = ROWS[route][0] if ROWS[route] else Row("")
    answer = call(stage, stage.people[""], route, Row("", body=row.body, make=nothing))
    assert answer.status_code == 401


@pytest.mark.parametrize("route", sorted(route for route in ROWS if not route.startswith("GET")))
def test_a_session_without_its_csrf_token_changes_nothing(stage: Stage, route: str) -> None:
    row = ROWS[route][0]
    with closing(stage.client()) as forged:
        forged.cookies = httpx.Cookies(stage.admin.cookies)
        assert call(stage, forged, route, Row("", body=row.body, make=nothing)).status_code == 401


def test_only_who_runs_the_system_reads_of_the_machine(stage: Stage) -> None:
    home = str(stage.server.installation.home)
    for route in ("/api/v1/doctor", "/api/v1/status"):
        for letter in ROLES:
            answer = stage.people[letter].get(route)
            assert answer.status_code == 200
            told = answer.json().get("checks") or answer.json()["warnings"]
            hinted = [one for one in told if one["hint"]]
            assert letter == "S" or (home not in answer.text and not hinted), (route, letter)
    assert home in stage.admin.get("/api/v1/doctor").text
    members = {one["name"]: one for one in stage.people["M"].get("/api/v1/doctor").json()["checks"]}
    assert (members["disk"]["state"], members["disk"]["message"]) == ("ok", "works")
