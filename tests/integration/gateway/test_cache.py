"""Answers given again: only where asked for, only to whom they were given, marked and free."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import pytest

from bastide.gateway.configuration import Storage
from bastide.identity.contract import CredentialKind, Principal, Role
from tests.integration.gateway.door import ALICE, door, memory_storage
from tests.integration.gateway.upstream import ModelServer, Request, model_server, talk

ROOT = Principal("usr_root", "org_one", Role.SYSTEM_ADMIN, CredentialKind.KEY, key_id="key_root")
ON = {"x-bastide-cache": "on"}
BODY = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}
PATH = "/v1/chat/completions"


@asynccontextmanager
async def asking(
    server: ModelServer, storage: Storage, principal: Principal = ROOT, **more: object
) -> AsyncIterator[httpx.AsyncClient]:
    async with door(server, principal=principal, storage=storage, **more) as gateway:  # type: ignore[arg-type]
        async with httpx.AsyncClient(base_url=gateway.url) as client:
            yield client


def calls(server: ModelServer) -> int:
    return sum(1 for request in server.requests if request.method == "POST")


async def test_the_same_request_is_answered_again_for_nothing() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        first = await client.post(PATH, json=BODY, headers=ON)
        reordered = {"messages": BODY["messages"], "model": "tiny"}
        second = await client.post(PATH, json=reordered, headers=ON)
        assert (first.headers["x-bastide-cache"], second.headers["x-bastide-cache"]) == ("miss", "hit")
        assert first.content == second.content
        assert "age" in second.headers
        assert calls(server) == 1
        hit, miss = (await client.get("/api/v1/usage/entries")).json()["items"]
        if hit["outcome"] != "cached":
            hit, miss = miss, hit
        assert (hit["outcome"], hit["cost"], hit["prompt_tokens"], hit["completion_tokens"]) == (
            "cached",
            "0",
            0,
            0,
        )
        assert (miss["outcome"], miss["completion_tokens"]) == ("ok", 4)


async def test_a_stream_is_answered_as_a_stream() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        body = {**BODY, "stream": True}
        first = await client.post(PATH, json=body, headers=ON)
        second = await client.post(PATH, json=body, headers=ON)
        assert second.headers["x-bastide-cache"] == "hit"
        assert second.headers["content-type"].startswith("text/event-stream")
        assert first.content == second.content
        assert second.text.endswith("data: [DONE]\n\n")
        whole = await client.post(PATH, json=BODY, headers=ON)
        assert (whole.headers["x-bastide-cache"], whole.json()["object"]) == ("miss", "chat.completion")


@pytest.mark.parametrize("headers", [{}, {"x-bastide-cache": "off"}, {"x-bastide-cache": "0"}])
async def test_nobody_who_did_not_ask_is_answered_from_it(headers: dict[str, str]) -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        for _ in range(2):
            answer = await client.post(PATH, json=BODY, headers=headers)
            assert "x-bastide-cache" not in answer.headers
        await client.post(PATH, json=BODY, headers=ON)
        assert calls(server) == 3


@pytest.mark.parametrize(
    "other",
    [
        replace(ROOT, organisation_id="org_two"),
        replace(ROOT, allowed_models=frozenset({"tiny"})),
    ],
)
async def test_not_for_another_organisation_nor_for_who_may_see_less(other: Principal) -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with asking(server, storage) as client:
            await client.post(PATH, json=BODY, headers=ON)
        async with asking(server, storage, other) as client:
            answer = await client.post(PATH, json=BODY, headers=ON)
        assert (answer.headers["x-bastide-cache"], calls(server)) == ("miss", 2)


async def test_a_key_can_have_it_for_all_of_its_calls() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        policy = {"cache_keys": ["key_root"], "cache_ttl_s": 60}
        whole = {**policy, "log_prompts": False, "prompt_days": 30}
        assert (await client.put("/api/v1/gateway/policy", json=policy)).json() == whole
        assert (await client.get("/api/v1/gateway/policy")).json() == whole
        assert (await client.post(PATH, json=BODY)).headers["x-bastide-cache"] == "miss"
        assert (await client.post(PATH, json=BODY)).headers["x-bastide-cache"] == "hit"
        off = await client.post(PATH, json=BODY, headers={"x-bastide-cache": "off"})
        assert "x-bastide-cache" not in off.headers
        async with asking(server, storage, ALICE) as other:
            assert "x-bastide-cache" not in (await other.post(PATH, json=BODY)).headers


async def test_a_key_that_is_not_there_is_refused() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        answer = await client.put("/api/v1/gateway/policy", json={"cache_keys": ["key_root", "nonsense"]})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "gateway.subject_unknown")
        assert error["details"]["field"] == "cache_keys"


@pytest.mark.parametrize("change", [{"temperature": 1}, {"messages": [{"role": "user", "content": "Ho"}]}])
async def test_another_request_is_another_answer(change: dict[str, object]) -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        await client.post(PATH, json=BODY, headers=ON)
        assert (await client.post(PATH, json={**BODY, **change}, headers=ON)).headers[
            "x-bastide-cache"
        ] == "miss"


async def test_errors_are_not_kept() -> None:
    async def fail(request: Request) -> None:
        if request.method == "GET":
            await talk(request)
        else:
            request.reply({"error": {"message": "no", "type": "x", "code": "y"}}, 400)

    async with model_server(fail) as server, memory_storage() as storage, asking(server, storage) as client:
        for _ in range(2):
            assert (await client.post(PATH, json=BODY, headers=ON)).status_code == 400
        assert calls(server) == 2


async def test_a_stream_that_breaks_is_not_kept() -> None:
    async def cut_off(request: Request) -> None:
        if request.method == "GET":
            await talk(request)
        else:
            request.start_stream()
            request.event({"choices": [{"index": 0, "delta": {"content": "half"}}]})
            request.end(done=False)

    async with (
        model_server(cut_off) as server,
        memory_storage() as storage,
        asking(server, storage) as client,
    ):
        for _ in range(2):
            answer = await client.post(PATH, json={**BODY, "stream": True}, headers=ON)
            assert "upstream.broken" in answer.text
        assert calls(server) == 2


async def test_a_new_guardrail_forgets_what_was_kept_without_it() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        await client.post(PATH, json=BODY, headers=ON)
        guardrail = {"name": "n", "action": "mask", "patterns": ["Hello"]}
        assert (await client.post("/api/v1/gateway/guardrails", json=guardrail)).status_code == 201
        for _ in range(2):
            answer = await client.post(PATH, json=BODY, headers=ON)
            assert answer.headers["x-bastide-cache"] == "miss"  # what guardrails have touched is not kept
            assert "Hello" not in answer.text


async def test_a_limit_counts_what_comes_from_the_cache() -> None:
    async with model_server(talk) as server, memory_storage() as storage, asking(server, storage) as client:
        limit = {"subject": "user", "subject_id": "*", "metric": "requests", "period": "minute", "amount": 2}
        assert (await client.post("/api/v1/gateway/limits", json=limit)).status_code == 201
        statuses = [(await client.post(PATH, json=BODY, headers=ON)).status_code for _ in range(3)]
        assert (statuses, calls(server)) == ([200, 200, 429], 1)
