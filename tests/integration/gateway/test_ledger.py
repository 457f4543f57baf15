"""What the ledger says of calls that end in every way."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest

from bastide.gateway.configuration import Timeouts
from bastide.gateway.usecases.ledger.refusals import MOST_PER_SECOND
from bastide.identity.contract import Action, CredentialKind, Principal, Resource, Role
from tests.integration.gateway.door import memory_storage
from tests.integration.gateway.test_limits import ALICE, BODY, COST, ask, limit, limited
from tests.integration.gateway.upstream import (
    ModelServer,
    Request,
    chunk,
    completion,
    model_server,
    talk,
    usage_chunk,
)

TODAY = "from=2026-11-21&to=2026-11-21"


async def entries(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/usage/entries")
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_one_entry_per_call_with_what_it_cost() -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        await ask(client)
        await ask(client, stream=True)
        found = await entries(client)
        assert len(found) == 2
        for entry in found:
            assert (entry["outcome"], entry["status"]) == ("ok", 200)
            assert (entry["prompt_tokens"], entry["completion_tokens"]) == (9, 4)
            assert (entry["cost"], entry["estimated"]) == (f"0.{COST:012}".rstrip("0"), False)
            assert (entry["user"], entry["key"], entry["model"]) == ("usr_alice", "key_1", "m")
            assert (entry["deployment"], entry["request_id"]) == ("dep_1", "req_test")
            assert 0 <= entry["queue_ms"] <= entry["first_token_ms"] <= entry["total_ms"]
        assert sorted(entry["streamed"] for entry in found) == [False, True]


async def test_kinds_of_tokens_and_their_prices() -> None:
    async def detailed(request: Request) -> None:
        usage = {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "prompt_tokens_details": {"cached_tokens": 60},
            "completion_tokens_details": {"reasoning_tokens": 30},
        }
        request.reply(completion("x", usage=usage))

    async with model_server(detailed) as server, limited(server) as (_, client):
        await ask(client)
        (entry,) = await entries(client)
        assert (entry["cached_tokens"], entry["reasoning_tokens"]) == (60, 30)
        assert entry["cost"] == "0.0002"


async def test_a_refused_request_costs_nothing() -> None:
    async def refuse(request: Request) -> None:
        request.reply({"error": {"message": "no"}}, 400)

    async with model_server(refuse) as server, limited(server) as (_, client):
        await ask(client)
        (entry,) = await entries(client)
        assert (entry["outcome"], entry["status"], entry["cost"]) == ("refused", 400, "0")


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status", [401, 429, 500, 503])
async def test_a_failed_one_says_what_the_provider_answered(status: int, stream: bool) -> None:
    async def fail(request: Request) -> None:
        request.reply({"error": {"message": "no"}}, status)

    async with model_server(fail) as server, limited(server) as (_, client):
        await ask(client, stream=stream)
        (entry,) = await entries(client)
        assert (entry["outcome"], entry["status"]) == ("failed", status)


async def test_one_that_nobody_answered_has_no_status() -> None:
    async def hang_up(request: Request) -> None:
        request.abort()

    async with model_server(hang_up) as server, limited(server) as (_, client):
        await ask(client)
        (entry,) = await entries(client)
        assert (entry["outcome"], entry["status"]) == ("failed", 0)


async def test_a_failed_one_says_how_often_it_was_tried() -> None:
    async def fail(request: Request) -> None:
        request.reply({"error": {"message": "no"}}, 503)

    async with model_server(fail) as server, limited(server) as (_, client):
        await ask(client)
        (entry,) = await entries(client)
        assert (entry["outcome"], entry["cost"], entry["attempts"]) == ("failed", "0", 4)


async def test_an_error_told_in_a_stream_is_a_failure() -> None:
    async def gives_up(request: Request) -> None:
        request.start_stream()
        request.event(chunk({"content": "x" * 40}))
        request.event({"error": {"message": "CUDA out of memory", "type": "server_error"}})
        request.end()

    async with model_server(gives_up) as server, limited(server) as (_, client):
        for _ in range(5):
            answer = await client.post(
                "/v1/chat/completions", json={**BODY, "stream": True}, headers={"x-bastide-cache": "on"}
            )
            assert "CUDA out of memory" in answer.text
        assert (await ask(client)).json()["error"]["code"] == "model.unavailable"
        assert len([request for request in server.requests if request.method == "POST"]) == 5
        found = [entry for entry in await entries(client) if entry["streamed"]]
        assert [(entry["outcome"], entry["completion_tokens"]) for entry in found] == [("failed", 10)] * 5


async def test_who_goes_away_pays_for_what_was_produced() -> None:
    async def long(request: Request) -> None:
        request.start_stream()
        request.event(chunk({"content": "x" * 40}))
        await request.wait()

    async with model_server(long) as server, limited(server) as (_, client):
        async with client.stream("POST", "/v1/chat/completions", json={**BODY, "stream": True}) as answer:
            await anext(answer.aiter_bytes())
        while not (found := await entries(client)):
            await asyncio.sleep(0.01)
        (entry,) = found
        assert (entry["outcome"], entry["completion_tokens"], entry["estimated"]) == ("cut", 10, True)
        assert entry["cost"] != "0"


async def test_who_goes_away_before_anything_came_pays_nothing() -> None:
    async def silent(request: Request) -> None:
        await request.wait()

    async with model_server(silent) as server, limited(server) as (_, client):
        waiting = asyncio.create_task(ask(client))
        while not [request for request in server.requests if request.method == "POST"]:
            await asyncio.sleep(0.01)
        waiting.cancel()
        while not (found := await entries(client)):
            await asyncio.sleep(0.01)
        assert (found[0]["outcome"], found[0]["cost"]) == ("cut", "0")


async def test_a_stream_that_breaks_is_paid_as_far_as_it_came() -> None:
    async def breaks(request: Request) -> None:
        request.start_stream()
        request.event(chunk({"content": "x" * 8}))
        request.event(usage_chunk(20, 2))
        await asyncio.sleep(0.02)
        request.abort()

    async with model_server(breaks) as server, limited(server) as (_, client):
        await ask(client, stream=True)
        (entry,) = await entries(client)
        assert (entry["outcome"], entry["prompt_tokens"], entry["completion_tokens"]) == ("failed", 20, 2)


async def test_a_hung_server_costs_nothing() -> None:
    async def silent(request: Request) -> None:
        await request.wait()

    async with model_server(silent) as server:
        async with limited(server, timeouts=Timeouts(first_token_s=0.1)) as (_, client):
            await ask(client)
            (entry,) = await entries(client)
            assert (entry["outcome"], entry["cost"]) == ("failed", "0")


async def test_answers_of_this_process_are_written_down_too() -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        await ask(client, model="bastide-reader")
        await client.post("/v1/embeddings", json={"model": "alphabet", "input": "a b"})
        found = await entries(client)
        assert {(entry["model"], entry["operation"], entry["outcome"]) for entry in found} == {
            ("bastide-reader", "chat/completions", "ok"),
            ("alphabet", "embeddings", "ok"),
        }


async def test_a_call_over_a_limit_is_an_entry_that_costs_nothing_and_counts_apart() -> None:
    async with model_server(talk) as server, limited(server, limit("requests", "minute", 1)) as (_, client):
        assert (await ask(client)).status_code == 200
        assert (await ask(client, stream=True)).status_code == 429
        found = {entry["outcome"]: entry for entry in await entries(client)}
        assert set(found) == {"ok", "limited"}
        refused = found["limited"]
        assert (refused["status"], refused["attempts"], refused["streamed"]) == (429, 0, True)
        assert (refused["model"], refused["deployment"], refused["key"]) == ("m", "", "key_1")
        assert (refused["cost"], refused["prompt_tokens"], refused["request_id"]) == ("0", 0, "req_test")
        total = (await client.get(f"/api/v1/usage?{TODAY}")).json()["total"]
        assert (total["requests"], total["failed"], total["turned_away"]) == (1, 0, 1)
        groups = (await client.get(f"/api/v1/usage?{TODAY}&by=group")).json()["items"]
        assert [(item["requests"], item["turned_away"]) for item in groups] == [(1, 1)]


async def test_calls_that_were_turned_away_use_up_no_budget_of_requests() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        budget = limit("requests", "day", 2)
        async with limited(server, limit("requests", "minute", 1), storage=storage) as (_, client):
            for _ in range(4):
                await ask(client)
            await entries(client)
            assert (await client.post("/api/v1/gateway/limits", json=budget)).status_code == 201
            mine = (await client.get("/api/v1/gateway/limits/mine?model=m")).json()["items"]
            assert [one["used"] for one in mine if one["period"] == "day"] == [1]


async def test_who_asks_again_without_a_pause_does_not_fill_the_ledger() -> None:
    async with model_server(talk) as server, limited(server, limit("requests", "minute", 1)) as (_, client):
        for _ in range(MOST_PER_SECOND + 5):
            await ask(client)  # the clock of these tests stands still
        outcomes = Counter(entry["outcome"] for entry in await entries(client))
        assert outcomes == {"ok": 1, "limited": MOST_PER_SECOND}


async def test_a_call_that_a_guardrail_blocks_before_the_model_is_an_entry() -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        guardrail = {"name": "PII", "action": "block", "recognisers": ["email"], "stages": ["before"]}
        assert (await client.post("/api/v1/gateway/guardrails", json=guardrail)).status_code == 201
        said = [{"role": "user", "content": "Write to jean@exemple.fr"}]
        for model in ("m", "bastide-reader"):
            assert (await ask(client, model=model, messages=said)).status_code == 400
        found = await entries(client)
        assert {entry["model"] for entry in found} == {"m", "bastide-reader"}
        for entry in found:
            assert (entry["outcome"], entry["status"], entry["attempts"]) == ("blocked", 400, 0)
            assert entry["findings"] == ["before:block:email"]
        assert not [request for request in server.requests if request.method == "POST"]
        total = (await client.get(f"/api/v1/usage?{TODAY}")).json()["total"]
        assert (total["requests"], total["turned_away"]) == (0, 2)


async def test_totals_are_exact_and_broken_down() -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        for _ in range(7):
            await ask(client)
        await ask(client, model="bastide-reader")
        report = (await client.get(f"/api/v1/usage?{TODAY}&by=model&by=day")).json()
        (model,) = [item for item in report["items"] if item["model"] == "m"]
        assert (model["day"], model["requests"], model["prompt_tokens"]) == ("2026-11-21", 7, 63)
        assert model["cost"] == f"0.{7 * COST:012}".rstrip("0")
        assert report["total"]["requests"] == 8
        groups = (await client.get(f"/api/v1/usage?{TODAY}&by=group")).json()["items"]
        assert [(item["group"], item["requests"]) for item in groups] == [("grp_x", 8)]
        wrong = await client.get(f"/api/v1/usage?{TODAY}&by=group&by=user")
        assert wrong.status_code == 422
        assert (await client.get("/api/v1/usage?from=2026-11-21&to=2026-11-20")).status_code == 422


class OwnOnly:
    """A policy that lets everybody use models and nobody manage."""

    def allows(self, principal: Principal, action: Action, resource: Resource | None = None) -> bool:
        return action is Action.MODEL_USE

    def require(self, principal: Principal, action: Action, resource: Resource | None = None) -> None:
        assert action is Action.MODEL_USE


async def test_people_see_their_own_use_only() -> None:
    bob = Principal("usr_bob", "org_one", Role.MEMBER, CredentialKind.SESSION)
    async with model_server(talk) as server, limited(server) as (gateway, client):
        await ask(client)
        report = gateway.module.report
        object.__setattr__(report, "policy", OwnOnly())
        assert len(await entries(client)) == 1
        async with _as(gateway, bob, server) as theirs:
            assert await entries(theirs) == []
            total = (await theirs.get(f"/api/v1/usage?{TODAY}&user=usr_alice")).json()["total"]
            assert total["requests"] == 0
        assert ALICE.subject_id != bob.subject_id


def _as(gateway: Any, principal: Principal, server: ModelServer) -> Any:
    from contextlib import asynccontextmanager  # noqa: PLC0415

    from tests.integration.gateway.door import _as as as_principal  # noqa: PLC0415
    from tests.integration.gateway.door import _with_api, served  # noqa: PLC0415

    @asynccontextmanager
    async def opened() -> Any:
        app = as_principal(principal, _with_api(gateway.module, _no_app))
        async with served(app) as url, httpx.AsyncClient(base_url=url) as client:
            yield client

    return opened()


async def _no_app(scope: Any, receive: Any, send: Any) -> None:
    raise NotImplementedError


async def test_entries_come_in_pages() -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        for _ in range(5):
            await ask(client)
        first = (await client.get("/api/v1/usage/entries?limit=3")).json()
        rest = (await client.get(f"/api/v1/usage/entries?limit=3&cursor={first['next_cursor']}")).json()
        assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 2, None)
        ids = [entry["id"] for entry in first["items"] + rest["items"]]
        assert len(set(ids)) == 5
