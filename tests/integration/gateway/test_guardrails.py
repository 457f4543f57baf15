"""Guardrails: set by API, effective at once, before and after the model, streamed and not."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from bastide.gateway.configuration import Storage
from bastide.gateway.contract import ChatMessage, Finished, GenerateRequest, TokenDelta
from bastide.gateway.domain.errors import GuardrailError
from bastide.identity.contract import CredentialKind, Principal, Role
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.door import Door, door, memory_storage
from tests.integration.gateway.upstream import (
    ModelServer,
    Request,
    chunk,
    completion,
    model_server,
    talk,
    usage_chunk,
)

ROOT = Principal("usr_root", "org_one", Role.SYSTEM_ADMIN, CredentialKind.SESSION)
TEXT = "Écrivez à jean@exemple.fr vite"
GUARDRAILS = "/api/v1/gateway/guardrails"
MASK = {"name": "PII", "action": "mask", "recognisers": ["email"]}


async def answer_with_an_address(request: Request) -> None:
    if request.method == "GET":
        await talk(request)
    elif not request.json.get("stream"):
        request.reply(completion(TEXT))
    else:
        request.start_stream()
        for start in range(0, len(TEXT), 3):
            request.event(chunk({"content": TEXT[start : start + 3]}))
        request.event(chunk({}, "stop"))
        request.event(usage_chunk())
        request.end()


@asynccontextmanager
async def guarded(
    *guardrails: dict[str, object], principal: Principal = ROOT
) -> AsyncIterator[tuple[Door, httpx.AsyncClient, ModelServer, Storage]]:
    async with model_server(answer_with_an_address) as server, memory_storage() as storage:
        async with door(server, principal=principal, storage=storage) as gateway:
            async with httpx.AsyncClient(base_url=gateway.url) as client:
                for guardrail in guardrails:
                    made = await client.post(GUARDRAILS, json=guardrail)
                    assert made.status_code == 201, made.text
                yield gateway, client, server, storage


def audit_of(storage: Storage) -> RecordedAudit:
    assert isinstance(storage.audit, RecordedAudit)
    return storage.audit


def body(text: str, *, stream: bool = False, model: str = "tiny") -> dict[str, object]:
    return {"model": model, "stream": stream, "messages": [{"role": "user", "content": text}]}


async def entries(client: httpx.AsyncClient) -> list[dict[str, object]]:
    return (await client.get("/api/v1/usage/entries")).json()["items"]


def streamed(answer: httpx.Response) -> str:
    lines = [line[6:] for line in answer.text.splitlines() if line.startswith("data: {")]
    choices = [choice for line in lines for choice in json.loads(line).get("choices", [])]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def test_a_mask_hides_it_from_the_model_and_from_the_client() -> None:
    async with guarded(MASK) as (_, client, server, _):
        answer = await client.post("/v1/chat/completions", json=body("de: paul@exemple.fr"))
        assert server.last.json["messages"][0]["content"] == "de: [EMAIL]"
        assert answer.json()["choices"][0]["message"]["content"] == "Écrivez à [EMAIL] vite"
        assert answer.headers["x-bastide-guardrails"] == "after:mask:email, before:mask:email"
        [entry] = await entries(client)
        assert entry["findings"] == ["after:mask:email", "before:mask:email"]
        assert entry["completion_tokens"] == 4


async def test_a_stream_is_masked_over_its_events() -> None:
    async with guarded(MASK) as (_, client, _, _):
        answer = await client.post("/v1/chat/completions", json=body("Bonjour", stream=True))
        assert streamed(answer) == "Écrivez à [EMAIL] vite"
        assert answer.text.endswith("data: [DONE]\n\n")
        [entry] = await entries(client)
        assert (entry["outcome"], entry["findings"]) == ("ok", ["after:mask:email"])


async def test_a_block_before_the_model_sends_nothing() -> None:
    block = {"name": "Secrets", "action": "block", "stages": ["before"], "patterns": ["(?i)projet zéphyr"]}
    async with guarded(block) as (_, client, server, storage):
        answer = await client.post("/v1/chat/completions", json=body("Où en est le Projet Zéphyr ?"))
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["code"], error["details"]["stage"]) == ("guardrail.blocked", "before")
        assert error["details"]["kind"] == "pattern"
        assert not [request for request in server.requests if request.method == "POST"]
        assert audit_of(storage).actions == ["guardrail.changed", "guardrail.blocked"]
        assert "Zéphyr" not in str(audit_of(storage).entries[-1])


async def test_a_block_ends_a_stream_with_an_error() -> None:
    block = {"name": "No addresses", "action": "block", "stages": ["after"], "recognisers": ["email"]}
    async with guarded(block) as (_, client, _, storage):
        answer = await client.post("/v1/chat/completions", json=body("Bonjour", stream=True))
        assert "jean" not in answer.text
        last = json.loads(answer.text.rstrip().rpartition("data: ")[2])
        assert last["error"]["code"] == "guardrail.blocked"
        [entry] = await entries(client)
        assert (entry["outcome"], entry["findings"]) == ("blocked", ["after:block:email"])
        assert audit_of(storage).actions[-1] == "guardrail.blocked"
        whole = await client.post("/v1/chat/completions", json=body("Bonjour"))
        assert (whole.status_code, "jean" in whole.text) == (400, False)


async def test_a_block_is_numbered_like_the_events_before_it() -> None:
    block = {"name": "No addresses", "action": "block", "stages": ["after"], "recognisers": ["email"]}

    async def slowly(request: Request) -> None:
        request.start_stream()
        for piece in ("Écrivez ", "sans ", "tarder ", "à jean@exemple.fr ", "vite"):
            request.event(chunk({"content": piece}))
            await asyncio.sleep(0.02)  # so that what precedes the address has left

    async with guarded(block) as (_, client, server, _):
        server.handler = slowly
        asked = {"model": "tiny", "stream": True, "input": "Bonjour"}
        answer = await client.post("/v1/responses", json=asked)
        events = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: ")]
        assert (events[-1]["type"], events[-1]["code"]) == ("error", "guardrail.blocked")
        assert len(events) > 3
        assert [event["sequence_number"] for event in events] == list(range(len(events)))


async def test_a_flag_changes_nothing_and_is_told() -> None:
    flag = {"name": "Watch", "action": "flag", "recognisers": ["email"]}
    async with guarded(flag) as (_, client, server, storage):
        answer = await client.post("/v1/chat/completions", json=body("à paul@exemple.fr"))
        assert server.last.json["messages"][0]["content"] == "à paul@exemple.fr"
        assert answer.json()["choices"][0]["message"]["content"] == TEXT
        assert answer.headers["x-bastide-guardrails"] == "after:flag:email, before:flag:email"
        told = [entry for entry in audit_of(storage).entries if entry.action == "guardrail.flagged"]
        assert [entry.details["stage"] for entry in told] == ["before", "after"]
        assert "paul" not in str(told)


async def test_only_its_model_and_its_organisation() -> None:
    async with guarded({**MASK, "model": "bastide-reader"}) as (_, client, server, _):
        answer = await client.post("/v1/chat/completions", json=body("à paul@exemple.fr"))
        assert answer.json()["choices"][0]["message"]["content"] == TEXT
        [made] = (await client.get(GUARDRAILS)).json()["items"]
        changed = await client.patch(f"{GUARDRAILS}/{made['id']}", json={"model": None})
        assert changed.json()["model"] is None
        answer = await client.post("/v1/chat/completions", json=body("à paul@exemple.fr"))
        assert server.last.json["messages"][0]["content"] == "à [EMAIL]"
        assert (await client.patch(f"{GUARDRAILS}/{made['id']}", json={"enabled": False})).status_code == 200
        await client.post("/v1/chat/completions", json=body("à paul@exemple.fr"))
        assert server.last.json["messages"][0]["content"] == "à paul@exemple.fr"


async def test_the_reader_and_other_slices_are_under_them_too() -> None:
    async with guarded(MASK) as (gateway, client, server, _):
        question = "Écrivez à jean@exemple.fr.\n\nÀ qui écrire ?"
        answer = await client.post("/v1/chat/completions", json=body(question, model="bastide-reader"))
        assert answer.json()["choices"][0]["message"]["content"] == "Écrivez à [EMAIL]."
        assert answer.headers["x-bastide-guardrails"] == "before:mask:email"
        request = GenerateRequest("tiny", [ChatMessage("user", "de paul@exemple.fr")], {})
        events = [event async for event in gateway.module.gateway.generate(ROOT, request)]
        text = "".join(event.text for event in events if isinstance(event, TokenDelta))
        assert (text, isinstance(events[-1], Finished)) == ("Écrivez à [EMAIL] vite", True)
        assert server.last.json["messages"][0]["content"] == "de [EMAIL]"


async def test_other_slices_are_told_of_a_block() -> None:
    block = {"name": "No addresses", "action": "block", "stages": ["after"], "recognisers": ["email"]}
    async with guarded(block) as (gateway, client, _, _):
        request = GenerateRequest("tiny", [ChatMessage("user", "Bonjour")], {})
        with pytest.raises(GuardrailError):
            async for _ in gateway.module.gateway.generate(ROOT, request):
                pass
        assert [entry["outcome"] for entry in await entries(client)] == ["blocked"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"patterns": ["(a+)+b"]}, "guardrail.pattern"),
        ({"patterns": ["("]}, "guardrail.pattern"),
        ({"recognisers": ["nothing"]}, "gateway.invalid"),
        ({"stages": []}, "gateway.invalid"),
        ({"recognisers": []}, "gateway.invalid"),
    ],
)
async def test_what_cannot_be_is_refused(change: dict[str, object], code: str) -> None:
    async with guarded() as (_, client, _, _):
        answer = await client.post(GUARDRAILS, json={**MASK, **change})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_a_text_can_be_tried() -> None:
    async with guarded(MASK) as (_, client, _, _):
        trial = (await client.post(f"{GUARDRAILS}/try", json={"text": "à paul@exemple.fr"})).json()
        assert (trial["blocked"], trial["text"]) == (False, "à [EMAIL]")
        assert [finding["kind"] for finding in trial["findings"]] == ["email"]


async def test_changes_are_in_the_audit_log() -> None:
    async with guarded(MASK) as (_, client, _, storage):
        [made] = (await client.get(GUARDRAILS)).json()["items"]
        assert (await client.delete(f"{GUARDRAILS}/{made['id']}")).status_code == 204
        assert (await client.delete(f"{GUARDRAILS}/{made['id']}")).status_code == 404
        provider = {"name": "gpu", "url": "http://gpu/v1", "api_key": "top-secret", "zone": "cloud"}
        await client.post("/api/v1/gateway/providers", json=provider)
        await client.post("/api/v1/gateway/models", json={"name": "big"})
        place = {"model": "big", "provider": "gpu"}
        placed = (await client.post("/api/v1/gateway/deployments", json=place)).json()
        limit = {"subject": "user", "subject_id": "*", "metric": "tokens", "period": "day", "amount": 5}
        await client.post("/api/v1/gateway/limits", json=limit)
        await client.delete(f"/api/v1/gateway/deployments/{placed['id']}")
        audit = audit_of(storage)
        assert audit.actions == [
            "guardrail.changed",
            "guardrail.removed",
            "provider.added",
            "model.added",
            "deployment.changed",
            "limit.changed",
            "deployment.removed",
        ]
        assert "top-secret" not in str(audit.entries)
        added = audit.entries[2]
        assert (added.actor_id, added.target) == ("usr_root", "gpu")
        assert added.details["zone"] == "cloud"
        assert added.details["has_key"] is True
