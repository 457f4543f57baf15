"""What was asked and answered, where an organisation keeps it: sealed, for a time, for its administrators."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bastide.gateway.adapters.prompt_holder import PromptHolder
from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.adapters.tables import prompts
from bastide.gateway.configuration import Storage
from bastide.gateway.domain.policies import GatewayPolicy
from bastide.gateway.domain.prompts import MOST_BYTES
from bastide.gateway.usecases.answer_cache import Policies
from bastide.gateway.usecases.prompts.log import PromptLog
from bastide.identity.contract import CredentialKind, Principal, Role, ScopeError
from bastide.operations.contract import DataSubject, Documents
from bastide.platform.outbox.sql import SqlOutbox
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.door import FixedClock, door, memory_storage
from tests.integration.gateway.upstream import ModelServer, Request, completion, model_server, talk

ROOT = Principal("usr_root", "org_one", Role.SYSTEM_ADMIN, CredentialKind.KEY, key_id="key_root")
BODY: dict[str, Any] = {"model": "tiny", "messages": [{"role": "user", "content": "My secret is blue"}]}
PATH = "/v1/chat/completions"
LOG = "/api/v1/gateway/prompts"


@asynccontextmanager
async def asking(
    server: ModelServer, storage: Storage, *, on: bool = True, **more: Any
) -> AsyncIterator[httpx.AsyncClient]:
    options = {"principal": ROOT, **more}
    async with door(server, storage=storage, **options) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url) as client:
            if on:
                policy = {"log_prompts": True, "prompt_days": 10}
                assert (await client.put("/api/v1/gateway/policy", json=policy)).status_code == 200
            yield client


async def kept(client: httpx.AsyncClient, **filters: str) -> list[dict[str, Any]]:
    answer = await client.get(LOG, params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def whole(client: httpx.AsyncClient, prompt: dict[str, Any]) -> dict[str, Any]:
    return (await client.get(f"{LOG}/{prompt['id']}")).json()


async def test_nothing_is_kept_unless_the_organisation_wants_it() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with asking(server, storage, on=False) as client:
            assert (await client.get("/api/v1/gateway/policy")).json()["log_prompts"] is False
            await client.post(PATH, json=BODY)
            assert await kept(client) == []
            await client.put("/api/v1/gateway/policy", json={"log_prompts": True})
            await client.post(PATH, json=BODY)
            await client.put("/api/v1/gateway/policy", json={"log_prompts": False})
            await client.post(PATH, json=BODY)
            assert len(await kept(client)) == 1
    changes = [entry for entry in storage.audit.entries if entry.action == "gateway.policy_changed"]  # type: ignore[attr-defined]
    assert [entry.details["log_prompts"] for entry in changes] == [True, False]


async def test_request_and_answer_are_kept_as_they_were_and_reading_them_is_audited() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with asking(server, storage) as client:
            answer = await client.post(PATH, json=BODY)
            (prompt,) = await kept(client)
            assert "blue" not in json.dumps(prompt)
            found = await whole(client, prompt)
            assert json.loads(found["request"]) == BODY
            assert found["answer"] == answer.text
            assert (found["user"], found["key"], found["model"]) == ("usr_root", "key_root", "tiny")
            assert (found["status"], found["streamed"], found["truncated"]) == (200, False, False)
            assert found["request_id"] == answer.headers["x-request-id"]
            assert found["content_type"].startswith("application/json")
            assert (await client.get(f"{LOG}/prm_nobody")).status_code == 404
        said = storage.audit.entries  # type: ignore[attr-defined]
        assert [(e.action, e.target) for e in said if "prompt" in e.action] == [
            ("gateway.prompts_listed", None),
            ("gateway.prompt_read", prompt["id"]),
        ]
        async with storage.database.reading() as connection:
            sealed = (await connection.execute(select(prompts.c.sealed))).scalar_one()
        assert b"blue" not in sealed


@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses"])
async def test_a_stream_is_kept_as_the_client_got_it(path: str) -> None:
    asked = {"input": "Hi"} if path == "responses" else {"messages": BODY["messages"], "max_tokens": 9}
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        answer = await client.post(f"/v1/{path}", json={"model": "tiny", "stream": True, **asked})
        (prompt,) = await kept(client)
        found = await whole(client, prompt)
        assert (found["answer"], found["operation"], found["streamed"]) == (answer.text, path, True)


async def test_an_error_and_a_reader_are_kept_as_well() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        await client.post(PATH, json={**BODY, "model": "nobody"})
        await client.post(PATH, json={**BODY, "model": "bastide-reader"})
        await client.post("/v1/messages/count_tokens", json={**BODY, "max_tokens": 3})
        reader, refused = await kept(client)
        assert (reader["model"], reader["status"]) == ("bastide-reader", 200)
        assert (refused["model"], refused["status"]) == ("nobody", 404)
        assert "model_not_found" in (await whole(client, refused))["answer"]


async def test_what_a_guardrail_masks_is_not_kept() -> None:
    rule = {"name": "words", "action": "mask", "recognisers": ["email"]}
    body = {**BODY, "messages": [{"role": "user", "content": "Write to jo@example.org"}]}
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        made = await client.post("/api/v1/gateway/guardrails", json=rule)
        assert made.status_code == 201, made.text
        answer = await client.post(PATH, json=body)
        assert "mask" in answer.headers["x-bastide-guardrails"]
        (prompt,) = await kept(client)
        found = await whole(client, prompt)
        assert "jo@example.org" not in found["request"]
        assert "Write to" in found["request"]


async def test_what_is_too_long_is_cut() -> None:
    async def long(request: Request) -> None:
        await (talk(request) if request.method == "GET" else _long(request))

    async with model_server(long) as server, memory_storage() as storage, asking(server, storage) as client:
        answer = await client.post(PATH, json=BODY)
        (prompt,) = await kept(client)
        found = await whole(client, prompt)
        assert found["truncated"] is True
        assert found["answer"] == answer.text[:MOST_BYTES]


async def _long(request: Request) -> None:
    request.reply(completion("x" * (MOST_BYTES + 1)))


async def test_they_are_found_by_user_key_model_and_time_and_paged() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        for _ in range(3):
            await client.post(PATH, json=BODY)
        await client.post(PATH, json={**BODY, "model": "bastide-reader"})
        assert len(await kept(client, user="usr_root", key="key_root")) == 4
        assert await kept(client, user="usr_alice") == []
        assert await kept(client, key="key_1") == []
        assert len(await kept(client, model="tiny")) == 3
        now = "2026-11-21T12:00:00Z"
        later = "2026-11-21T12:00:01Z"
        assert len(await kept(client, **{"from": now, "to": later})) == 4
        assert await kept(client, to=now) == []
        assert await kept(client, **{"from": later}) == []
        everything = [each["id"] for each in await kept(client)]
        first = (await client.get(LOG, params={"limit": 3})).json()
        rest = (await client.get(LOG, params={"cursor": first["next_cursor"]})).json()
        assert [each["id"] for each in (*first["items"], *rest["items"])] == everything
        assert rest["next_cursor"] is None


async def test_only_administrators_of_the_organisation_read_them() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with asking(server, storage) as client:
            await client.post(PATH, json=BODY)
            (prompt,) = await kept(client)
        async with asking(server, storage, on=False, denied=ScopeError("Not you.")) as other:
            assert (await other.get(LOG)).status_code == 403
            assert (await other.get(f"{LOG}/{prompt['id']}")).status_code == 403
        abroad = replace(ROOT, organisation_id="org_two")
        async with asking(server, storage, on=False, principal=abroad) as other:
            assert await kept(other) == []
            assert (await other.get(f"{LOG}/{prompt['id']}")).status_code == 404


class Later(FixedClock):
    def __init__(self, days: int) -> None:
        self.days = days

    def now(self) -> datetime:
        return super().now() + timedelta(days=self.days)


async def test_they_go_when_their_time_is_over() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with asking(server, storage) as client:
            await client.post(PATH, json=BODY)
            await kept(client)
        store = SqlGatewayStore(storage.database, SqlOutbox(), RecordedAudit())
        policies = Policies(store)
        await policies.reload()
        assert [policy.prompt_days for policy in policies.all()] == [10]
        for days, left in ((10, 1), (11, 0)):
            await PromptLog(store, storage.data_keys, policies, Later(days)).purge()
            assert await rows(storage) == left


async def rows(storage: Storage) -> int:
    async with storage.database.reading() as connection:
        return await connection.scalar(select(func.count()).select_from(prompts)) or 0


async def test_they_are_exported_and_erased_with_their_person() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with asking(server, storage) as client:
            await client.post(PATH, json=BODY)
            await kept(client)
        holder = PromptHolder(storage.database, storage.data_keys)
        root = DataSubject("usr_root", "org_one", "root@example.org", "Root")
        (held,) = [each async for each in holder.held(root)]
        (line,) = [json.loads(line) async for line in held.content]
        assert json.loads(line["request"]) == BODY
        assert "Hello there!" in line["answer"]
        assert (await holder.erase(replace(root, user_id="usr_other"), Documents.NONE)).removed == {
            "prompts": 0
        }
        assert (await holder.erase(root, Documents.NONE)).removed == {"prompts": 1}
        assert await rows(storage) == 0


@pytest.mark.parametrize("days", [0, 3651])
async def test_a_wrong_time_is_named(days: int) -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        answer = await client.put("/api/v1/gateway/policy", json={"prompt_days": days})
        assert answer.status_code == 422
        assert GatewayPolicy("org_one").prompt_days == 30
