"""Limits and budgets as clients meet them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from sqlalchemy import select

from bastide.chat.contract import AnswerEvent, AnswerRequest
from bastide.gateway.configuration import (
    Configured,
    DeploymentEntry,
    ModelEntry,
    Price,
    Storage,
    configured_provider,
)
from bastide.gateway.contract import Finished, Gateway, GenerateRequest, TokenDelta, Usage
from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.platform.cache.redis import RedisCache
from bastide.platform.database.engine import open_database
from bastide.platform.database.metadata import metadata
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.outbox.tables import outbox
from bastide.platform.secrets.local import LocalKeyring
from bastide.platform.secrets.sql_data_keys import SqlDataKeys
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.door import Door, FixedClock, ScriptedAnswers, door, memory_storage
from tests.integration.gateway.upstream import ModelServer, Request, completion, model_server, talk

ALICE = Principal(
    "usr_alice", "org_one", Role.MEMBER, CredentialKind.KEY, frozenset({"grp_x"}), key_id="key_1"
)
BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}], "max_tokens": 10}
PRICE = Price(prompt=1_000_000, completion=2_000_000)  # 1 and 2 per million tokens
COST = 9 * 1_000_000 + 4 * 2_000_000  # of an answer of `talk`


@asynccontextmanager
async def limited(
    server: ModelServer, *limits: dict[str, Any], storage: Storage | None = None, **more: Any
) -> AsyncIterator[tuple[Door, httpx.AsyncClient]]:
    """A gateway with the model `m`, in which the limits hold."""
    provider = configured_provider(
        name="gpu", kind="openai", url=server.url, api_key=None, zone="internal", models=["tiny"]
    )
    place = DeploymentEntry("dep_1", "m", "gpu", "tiny", price=PRICE)
    configured = Configured([provider], [ModelEntry("m")], [place], discover=False)
    options = {"principal": ALICE, **more}
    async with door(configured=configured, storage=storage, **options) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url, timeout=30) as client:
            for limit in limits:
                answer = await client.post("/api/v1/gateway/limits", json=limit)
                assert answer.status_code == 201, answer.text
            yield gateway, client


def limit(metric: str, period: str, amount: Any, subject: str = "key", **more: Any) -> dict[str, Any]:
    return {
        "subject": subject,
        "subject_id": "*",
        "metric": metric,
        "period": period,
        "amount": amount,
        **more,
    }


async def ask(client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await client.post("/v1/chat/completions", json={**BODY, **more})


def asked(server: ModelServer) -> int:
    return len([request for request in server.requests if request.method == "POST"])


@pytest.mark.parametrize("more", [{}, {"stream": True}, {"bastide": {}}], ids=["whole", "stream", "grounded"])
@pytest.mark.parametrize("path", ["chat/completions", "messages", "responses"])
async def test_an_answer_of_the_reader_tells_what_is_left(path: str, more: dict[str, Any]) -> None:
    body = {"model": "bastide-reader", "max_tokens": 10, "messages": BODY["messages"], "input": "Hi", **more}
    del body["messages" if path == "responses" else "input"]
    if path == "responses":
        body["max_output_tokens"] = body.pop("max_tokens")
    answers = ScriptedAnswers([TokenDelta("Hi"), Finished("stop", Usage(1, 1), "bastide-reader")])
    async with (
        model_server(talk) as server,
        limited(server, limit("requests", "minute", 3), answers=answers) as (_, client),
    ):
        answer = await client.post(f"/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        assert answer.headers["x-ratelimit-limit-requests"] == "3"
        assert answer.headers["x-ratelimit-remaining-requests"] == "2"
        assert answer.headers["x-ratelimit-reset-requests"] == "60s"


class Through:
    """Answers with what the model says, as an answer from documents does."""

    gateway: Gateway

    async def answer(self, principal: Principal, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        asked = GenerateRequest(request.model, request.messages, request.extra, told=request.told)
        async for event in self.gateway.generate(principal, asked):
            yield event


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["chat/completions", "messages"])
async def test_an_answer_from_documents_tells_what_is_left_to_who_asks_its_model(
    path: str, stream: bool
) -> None:
    answers = Through()
    async with (
        model_server(talk) as server,
        limited(server, limit("requests", "minute", 3), answers=answers) as (door_, client),
    ):
        answers.gateway = door_.module.gateway
        answer = await client.post(f"/v1/{path}", json={**BODY, "bastide": {}, "stream": stream})
        assert answer.status_code == 200, answer.text
        assert answer.headers.get_list("x-ratelimit-limit-requests") == ["3"]
        assert answer.headers.get_list("x-ratelimit-remaining-requests") == ["2"]


async def test_requests_per_minute() -> None:
    async with (
        model_server(talk) as server,
        limited(server, limit("requests", "minute", 3)) as (door_, client),
    ):
        answers = [await ask(client) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        remaining = [answer.headers["x-ratelimit-remaining-requests"] for answer in answers[:3]]
        assert remaining == ["2", "1", "0"]
        assert answers[0].headers["x-ratelimit-limit-requests"] == "3"
        assert answers[0].headers["x-ratelimit-reset-requests"] == "60s"
        error = answers[3].json()["error"]
        assert (error["code"], error["type"]) == ("limit.requests", "rate_limit_error")
        assert error["details"]["subject_id"] == "key_1"
        assert 50 < int(answers[3].headers["retry-after"]) <= 61
        refused = {
            name: answers[3].headers[f"x-ratelimit-{name}-requests"] for name in ("limit", "remaining")
        }
        assert refused == {"limit": "3", "remaining": "0"}
        assert 50 < int(answers[3].headers["x-ratelimit-reset-requests"].removesuffix("s")) <= 61
        assert asked(server) == 3
        async with door_.client() as theirs:
            with pytest.raises(openai.RateLimitError):
                await theirs.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])


async def test_a_stream_is_limited_before_it_starts() -> None:
    async with model_server(talk) as server, limited(server, limit("requests", "hour", 1)) as (_, client):
        assert (await ask(client, stream=True)).status_code == 200
        assert (await ask(client, stream=True)).status_code == 429


async def test_tokens_are_settled_to_what_was_used() -> None:
    async with model_server(talk) as server, limited(server, limit("tokens", "minute", 60)) as (_, client):
        first = await ask(client)  # 13 tokens used, whatever was reserved
        assert first.status_code == 200
        left = 60 - int(first.headers["x-ratelimit-remaining-tokens"])
        second = await ask(client)
        assert int(second.headers["x-ratelimit-remaining-tokens"]) == 60 - 13 - left
        large = await ask(client, max_tokens=1000)
        assert (large.status_code, large.json()["error"]["code"]) == (429, "limit.tokens")
        assert "max_tokens" in large.json()["error"]["message"]


async def test_requests_at_a_time() -> None:
    gate = asyncio.Event()

    async def waits(request: Request) -> None:
        await gate.wait()
        await talk(request)

    async with model_server(waits) as server, limited(server, limit("concurrency", "now", 2)) as (_, client):
        held = [asyncio.create_task(ask(client)) for _ in range(2)]
        while asked(server) < 2:
            await asyncio.sleep(0.01)
        refused = await ask(client)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "limit.concurrency")
        held[0].cancel()
        await asyncio.gather(held[0], return_exceptions=True)
        gate.set()
        while (await ask(client)).status_code == 429:
            await asyncio.sleep(0.01)
        assert (await held[1]).status_code == 200


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_budget_is_never_passed_however_many_ask_at_once(streamed: bool) -> None:
    """No maximum is given: the gateway sets the one that the budget has reserved."""
    budget = limit("cost", "day", "0.3", "user")

    async def slow(request: Request) -> None:
        await asyncio.sleep(0.5)
        await talk(request)

    async with model_server(slow) as server, limited(server, budget) as (_, client):
        body = {key: value for key, value in BODY.items() if key != "max_tokens"}
        answers = await asyncio.gather(
            *(client.post("/v1/chat/completions", json={**body, "stream": streamed}) for _ in range(40))
        )
        codes = [answer.status_code for answer in answers]
        assert 0 < codes.count(200) < 40
        assert codes.count(200) + codes.count(429) == 40
        assert server.last.json["max_completion_tokens"] == 16_384
        refused = next(answer for answer in answers if answer.status_code == 429).json()["error"]
        assert (refused["code"], refused["type"]) == ("budget.cost", "insufficient_quota")
        spent = (await client.get("/api/v1/gateway/limits/mine?model=m")).json()["items"][0]
        assert float(spent["used"]) == codes.count(200) * COST / 10**12
        report = (await client.get("/api/v1/usage?from=2026-11-21&to=2026-11-21")).json()["total"]
        assert report["cost"] == spent["used"]


async def test_a_budget_goes_on_after_a_restart() -> None:
    async with model_server(talk) as server, memory_storage() as storage:
        async with limited(server, limit("tokens", "month", 3000, "organisation"), storage=storage) as (
            _,
            client,
        ):
            for _ in range(3):
                assert (await ask(client)).status_code == 200
        async with limited(server, storage=storage) as (_, client):
            (mine,) = (await client.get("/api/v1/gateway/limits/mine?model=m")).json()["items"]
            assert (mine["used"], mine["amount"]) == (39, 3000)
            (of_all,) = (await client.get("/api/v1/gateway/limits")).json()["items"]
            assert of_all == mine
            assert (await ask(client)).status_code == 200
            (mine,) = (await client.get("/api/v1/gateway/limits/mine?model=m")).json()["items"]
            assert mine["used"] == 52


async def test_everyone_has_their_own_and_groups_share() -> None:
    bob = replace(ALICE, subject_id="usr_bob", key_id="key_2")
    limits = [limit("requests", "minute", 3, "user"), limit("requests", "minute", 4, "group")]
    async with model_server(talk) as server, memory_storage() as storage, AsyncExitStack() as stack:
        _, alice = await stack.enter_async_context(limited(server, *limits, storage=storage))
        assert [(await ask(alice)).status_code for _ in range(4)] == [200, 200, 200, 429]
        other = replace(storage, journal=storage.journal.with_name("other"))
        _, other_client = await stack.enter_async_context(limited(server, storage=other, principal=bob))
        answers = [await ask(other_client) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429], "a process of its own"
        assert answers[3].json()["error"]["details"]["subject"] == "user"


async def test_a_new_limit_holds_at_once_and_goes_at_once() -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        assert (await ask(client)).status_code == 200
        made = (
            await client.post("/api/v1/gateway/limits", json=limit("requests", "minute", 1, "model"))
        ).json()
        assert [(await ask(client)).status_code for _ in range(2)] == [200, 429]
        path = f"/api/v1/gateway/limits/{made['id']}"
        assert (await client.patch(path, json={"amount": 2})).json()["amount"] == 2
        assert [(await ask(client)).status_code for _ in range(2)] == [200, 429]
        assert (await client.delete(path)).status_code == 204
        assert (await ask(client)).status_code == 200
        assert (await client.get("/api/v1/gateway/limits")).json()["items"] == []
        assert (await client.delete(path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (limit("concurrency", "minute", 1), "period"),
        (limit("requests", "now", 1), "period"),
        (limit("requests", "day", "1.5"), "amount"),
        (limit("cost", "day", "0.0000000000001"), "amount"),
        (limit("requests", "minute", 5, thresholds=[50]), "thresholds"),
        (limit("requests", "day", 5, thresholds=[0]), "thresholds"),
        (limit("requests", "day", 5, subject_id=""), "subject_id"),
        (limit("cost", "day", "9999999999"), "amount"),
    ],
)
async def test_a_wrong_limit_is_named(body: dict[str, Any], field: str) -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        answer = await client.post("/api/v1/gateway/limits", json=body)
        assert (answer.status_code, answer.json()["error"]["details"]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (limit("requests", "day", 5, "key", subject_id="key_2"), "subject_id"),
        (limit("requests", "day", 5, "user", subject_id="usr_nobody"), "subject_id"),
        (limit("requests", "day", 5, "group", subject_id="grp_y"), "subject_id"),
        (limit("requests", "day", 5, "model", subject_id="n"), "subject_id"),
        (limit("requests", "day", 5, "user", model="n"), "model"),
    ],
)
async def test_a_limit_for_nobody_is_refused(body: dict[str, Any], field: str) -> None:
    async with model_server(talk) as server, limited(server) as (_, client):
        answer = await client.post("/api/v1/gateway/limits", json=body)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, "gateway.subject_unknown")
        assert error["details"]["field"] == field
        known = {"key": "key_1", "user": "usr_alice", "group": "grp_x", "model": "m"}
        for subject, subject_id in known.items():
            whose = limit("requests", "day", 5, subject, subject_id=subject_id, model="m")
            assert (await client.post("/api/v1/gateway/limits", json=whose)).status_code == 201


async def test_a_threshold_is_told_once_in_the_ledgers_transaction() -> None:
    budget = limit("tokens", "day", 30_000, "user", thresholds=[1, 50])
    async with model_server(_large) as server, memory_storage() as storage:
        async with limited(server, budget, storage=storage) as (_, client):
            for _ in range(3):
                assert (await ask(client, max_tokens=5000)).status_code == 200
                await client.get("/api/v1/usage?from=2026-11-21&to=2026-11-21")
        async with storage.database.reading() as connection:
            rows = (
                await connection.execute(select(outbox.c.payload).where(outbox.c.topic == "usage.threshold"))
            ).scalars()
            told = [(row["percent"], row["used"], row["subject_id"], row["amount"]) for row in rows]
    assert told == [(1, 7000, "usr_alice", 30_000), (50, 21_000, "usr_alice", 30_000)]


async def _large(request: Request) -> None:
    request.reply(completion("x", usage={"prompt_tokens": 3000, "completion_tokens": 4000}))


@pytest.mark.heavy
async def test_two_processes_share_a_limit_and_a_budget(
    postgres_url: str, redis_url: str, tmp_path: Path
) -> None:
    keyring = LocalKeyring.load(tmp_path / "keys")
    limits = [limit("requests", "minute", 500), limit("cost", "month", "1", "organisation")]
    async with model_server(talk) as server, AsyncExitStack() as stack:
        clients: list[httpx.AsyncClient] = []
        for number in range(2):
            database = open_database(postgres_url)
            if not number:
                async with database.transaction() as connection:
                    await connection.run_sync(metadata.create_all)
            cache = RedisCache(redis_url)
            storage = Storage(
                database,
                SqlOutbox(),
                cache,
                keyring,
                tmp_path / "journal",
                RecordedAudit(),
                SqlDataKeys(database, keyring, FixedClock()),
                cache_url=redis_url,
            )
            _, client = await stack.enter_async_context(
                limited(server, *(limits if not number else []), storage=storage)
            )
            clients.append(client)
            stack.push_async_callback(cache.close)
            stack.push_async_callback(database.close)
        await asyncio.sleep(0.5)
        answers = await asyncio.gather(*(ask(clients[number % 2]) for number in range(600)))
        passed = sum(answer.status_code == 200 for answer in answers)
        assert passed == 500
        await asyncio.sleep(1)
        reports = [
            (await client.get("/api/v1/usage?from=2026-11-21&to=2026-11-21")).json()["total"]
            for client in clients
        ]
        assert reports[1]["requests"] == 500
        mine = (await clients[1].get("/api/v1/gateway/limits/mine?model=m")).json()["items"]
        (budget,) = [item for item in mine if item["metric"] == "cost"]
        assert budget["used"] == reports[1]["cost"]


async def test_without_redis_each_process_limits_by_itself() -> None:
    async with memory_storage() as storage, model_server(talk) as server:
        lonely = replace(storage, cache_url="redis://127.0.0.1:1/0")
        async with limited(server, limit("requests", "minute", 2), storage=lonely) as (_, client):
            assert [(await ask(client)).status_code for _ in range(3)] == [200, 200, 429]
