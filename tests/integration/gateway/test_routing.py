"""Several deployments of a model: who is asked, and what happens when some do not answer."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bastide.gateway.configuration import (
    BreakerPolicy,
    Configured,
    DeploymentEntry,
    ModelEntry,
    Routing,
    Strategy,
    Timeouts,
    configured_provider,
)
from tests.integration.gateway.door import door
from tests.integration.gateway.upstream import ModelServer, Request, completion, model_server, talk

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


async def down(request: Request) -> None:
    request.reply({"error": {"message": "out of memory"}}, 500)


async def busy(request: Request) -> None:
    request.reply({"error": {"message": "slow down"}}, 429, retry_after="30")


async def hung(request: Request) -> None:
    await request.wait()


async def hung_stream(request: Request) -> None:
    request.start_stream()
    await request.wait()


@asynccontextmanager
async def routed(
    *servers: ModelServer,
    routing: Routing | None = None,
    places: list[dict[str, Any]] | None = None,
    zones: list[str] | None = None,
    more_models: list[tuple[str, int]] | None = None,
    **more: Any,
) -> AsyncIterator[httpx.AsyncClient]:
    """The model `m` at each of the servers, `a`, `b`, …; `more_models` are (name, server's number)."""
    names = "abcdefgh"[: len(servers)]
    providers = [
        configured_provider(
            name=name, kind="openai", url=server.url, api_key=None, zone=zone, models=[f"unlisted-{name}"]
        )
        for name, server, zone in zip(names, servers, zones or ["internal"] * len(servers), strict=True)
    ]
    entries = [
        DeploymentEntry(name, "m", name, "tiny", **options)
        for name, options in zip(names, places or [{} for _ in servers], strict=True)
        if options is not None
    ]
    models = [ModelEntry("m", routing or Routing())]
    for name, number in more_models or []:
        models.append(ModelEntry(name))
        entries.append(DeploymentEntry(f"{name}-place", name, names[number], name))
    configured = Configured(providers, models, entries, discover=False)
    async with door(configured=configured, **more) as gateway:
        await gateway.module.discovered()
        async with httpx.AsyncClient(base_url=f"{gateway.url}/v1", timeout=20) as client:
            yield client


async def ask(client: httpx.AsyncClient, **more: Any) -> httpx.Response:
    return await client.post("/chat/completions", json={**BODY, **more})


def asked(server: ModelServer) -> int:
    return len([request for request in server.requests if request.method == "POST"])


@pytest.mark.parametrize("failing", [down, busy])
async def test_another_deployment_answers_when_one_fails(failing: Any) -> None:
    async with model_server(failing) as bad, model_server(talk) as good:
        places = [{"priority": 0}, {"priority": 1}]
        async with routed(bad, good, places=places) as client:
            for _ in range(3):
                answer = await ask(client)
                assert (answer.status_code, answer.headers["x-bastide-deployment"]) == (200, "b")
        assert asked(good) == 3


async def test_a_server_that_is_gone_is_replaced() -> None:
    async with model_server(talk) as gone:
        pass
    async with model_server(talk) as good, routed(gone, good) as client:
        for _ in range(4):
            assert (await ask(client)).status_code == 200
        assert asked(good) == 4


@pytest.mark.parametrize(("handler", "stream"), [(hung, False), (hung_stream, True)])
async def test_one_that_hangs_before_the_first_token_is_replaced(handler: Any, stream: bool) -> None:
    async with model_server(handler) as bad, model_server(talk) as good:
        places = [{"priority": 0}, {"priority": 1}]
        timeouts = Timeouts(first_token_s=0.15)
        async with routed(bad, good, places=places, timeouts=timeouts) as client:
            answer = await ask(client, stream=stream)
            assert (answer.status_code, answer.headers["x-bastide-deployment"]) == (200, "b")
        await asyncio.wait_for(bad.last.wait(), 1)


async def test_an_error_about_the_request_goes_nowhere_else() -> None:
    async def refuse(request: Request) -> None:
        request.reply({"error": {"message": "bad", "type": "x"}}, 400)

    async with model_server(refuse) as one, model_server(refuse) as two, routed(one, two) as client:
        assert (await ask(client)).status_code == 400
        assert asked(one) + asked(two) == 1


async def test_what_was_passed_on_is_never_asked_for_again() -> None:
    async def breaks(request: Request) -> None:
        request.start_stream()
        request.event({"choices": [{"index": 0, "delta": {"content": "Hel"}}]})
        await asyncio.sleep(0.02)
        request.abort()

    async with model_server(breaks) as one, model_server(breaks) as two, routed(one, two) as client:
        answer = await ask(client, stream=True)
        assert answer.text.count("Hel") == 1
        assert "upstream.broken" in answer.text
        assert asked(one) + asked(two) == 1


async def test_the_same_server_is_asked_again_where_it_may_help() -> None:
    seen = 0

    async def once(request: Request) -> None:
        nonlocal seen
        seen += request.method == "POST"
        await (down if seen == 1 and request.method == "POST" else talk)(request)

    async with model_server(once) as server, routed(server) as client:
        assert (await ask(client)).status_code == 200
        assert seen == 2


async def test_retries_stay_inside_their_budget() -> None:
    async with model_server(down) as server:
        async with routed(server, breaker=BreakerPolicy(in_a_row=10**6, out_of=10**6)) as client:
            for _ in range(40):
                assert (await ask(client)).status_code == 502
        assert asked(server) <= 40 + 10 + 8 + 1


async def test_a_breaker_opens_says_when_and_closes_again() -> None:
    policy = BreakerPolicy(in_a_row=2, open_s=1.5)
    async with model_server(down) as server, routed(server, breaker=policy) as client:
        while (answer := await ask(client)).status_code == 502:
            pass
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model.unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        before = asked(server)
        await ask(client)
        assert asked(server) == before, "it is left alone"
        health = (await client.get("/../api/v1/gateway/health")).json()["items"]
        assert [item["breaker"] for item in health if item["model"] == "m"] == ["open"]
        server.handler = talk
        await asyncio.sleep(1.6)
        assert (await ask(client)).status_code == 200
        health = (await client.get("/../api/v1/gateway/health")).json()["items"]
        assert [item["breaker"] for item in health if item["model"] == "m"] == ["closed"]


async def test_a_hung_backend_does_not_slow_the_others() -> None:
    async with model_server(hung) as bad, model_server(talk) as good:
        places = [{"max_concurrency": 5, "max_queue": 5}, None]
        async with routed(bad, good, places=places, more_models=[("tiny", 1)]) as client:
            stuck = [asyncio.create_task(ask(client)) for _ in range(20)]
            while asked(bad) < 5:
                await asyncio.sleep(0.01)
            refused = [task for task in stuck if task.done()]
            for task in refused:
                answer = task.result()
                assert (answer.status_code, answer.json()["error"]["code"]) == (503, "model.busy")
                assert answer.headers["retry-after"]
            started = time.monotonic()
            for _ in range(10):
                assert (await ask(client, model="tiny")).status_code == 200
            assert time.monotonic() - started < 2
            assert asked(bad) == 5
            for task in stuck:
                task.cancel()
            await asyncio.gather(*stuck, return_exceptions=True)


async def test_weights_are_shares() -> None:
    async with model_server(talk) as one, model_server(talk) as two:
        routing = Routing(Strategy.WEIGHTED)
        async with routed(one, two, routing=routing, places=[{"weight": 4}, {"weight": 1}]) as client:
            for _ in range(60):
                await ask(client)
        assert asked(one) > asked(two) > 0


async def test_a_conversation_stays_where_its_prefix_is_cached() -> None:
    async with model_server(talk) as one, model_server(talk) as two, model_server(talk) as three:
        async with routed(one, two, three, routing=Routing(Strategy.PREFIX)) as client:
            places = Counter[frozenset[str]]()
            for number in range(12):
                messages = [{"role": "user", "content": f"Question {number}"}]
                seen = set[str]()
                for _ in range(3):
                    answer = await ask(client, messages=messages)
                    seen.add(answer.headers["x-bastide-deployment"])
                    messages += [{"role": "assistant", "content": "x"}, {"role": "user", "content": "more"}]
                places[frozenset(seen)] += 1
        assert all(len(where) == 1 for where in places)
        assert len(places) > 1


async def test_a_session_stays_where_it_is() -> None:
    async with model_server(talk) as one, model_server(talk) as two:
        async with routed(one, two, routing=Routing(Strategy.SESSION)) as client:
            for session in ("a", "b", "c", "d"):
                answers = [
                    await client.post("/chat/completions", json=BODY, headers={"x-session-id": session})
                    for _ in range(4)
                ]
                assert len({answer.headers["x-bastide-deployment"] for answer in answers}) == 1


async def test_load_spills_over_to_the_next_priority_above_the_queue() -> None:
    gate = asyncio.Event()

    async def waits(request: Request) -> None:
        if request.method == "POST":
            await gate.wait()
        await talk(request)

    async with model_server(waits) as inside, model_server(talk) as outside:
        places = [{"max_concurrency": 2}, {"priority": 1}]
        routing = Routing(overflow_queue=1)
        async with routed(
            inside, outside, routing=routing, places=places, zones=["internal", "cloud"]
        ) as client:
            held = [asyncio.create_task(ask(client)) for _ in range(3)]
            while asked(inside) < 2:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.05)
            assert (await ask(client)).headers["x-bastide-deployment"] == "b"
            sensitive = asyncio.create_task(
                client.post("/chat/completions", json=BODY, headers={"x-bastide-sensitive": "true"})
            )
            await asyncio.sleep(0.05)
            assert asked(outside) == 1
            gate.set()
            assert (await sensitive).headers["x-bastide-deployment"] == "a"
            assert {(await task).headers["x-bastide-deployment"] for task in held} == {"a"}


async def test_sensitive_data_stays_inside_whatever_else_fails() -> None:
    async with model_server(down) as inside, model_server(talk) as outside:
        routing = Routing(fallbacks=("far",))
        async with routed(
            inside,
            outside,
            routing=routing,
            places=[{}, {"priority": 1}],
            zones=["internal", "cloud"],
            more_models=[("far", 1)],
        ) as client:
            headers = {"x-bastide-sensitive": "true"}
            for _ in range(12):
                answer = await client.post("/chat/completions", json=BODY, headers=headers)
                assert answer.status_code in {502, 503}
            assert asked(outside) == 0
            assert (await ask(client)).headers["x-bastide-deployment"] == "b"


async def test_fallback_models_answer_in_their_order() -> None:
    async with model_server(down) as bad, model_server(talk) as good:
        routing = Routing(fallbacks=("nobody", "second", "third"))
        models = [("second", 1), ("third", 1)]
        async with routed(bad, good, routing=routing, places=[{}, None], more_models=models) as client:
            answer = await ask(client)
            assert answer.headers["x-bastide-deployment"] == "second-place"
            assert good.last.json["model"] == "second"


async def test_the_reader_answers_when_nothing_else_does_and_says_so() -> None:
    messages = [{"role": "user", "content": "The gate closes at nine. It is red.\n\nWhen?"}]
    async with model_server(down) as bad, routed(bad, routing=Routing(degrade=True)) as client:
        answer = await ask(client, messages=messages)
        assert (answer.status_code, answer.headers["x-bastide-degraded"]) == (200, "true")
        assert answer.json()["choices"][0]["message"]["content"] == "The gate closes at nine."
        assert answer.json()["model"] == "bastide-reader"
        assert answer.json()["bastide"]["degraded"] is True
        streamed = await ask(client, messages=messages, stream=True)
        assert '"degraded":true' in streamed.text
        ledger = (await client.get(client.base_url.join("/api/v1/usage/entries"))).json()["items"]
        answered = [entry["outcome"] for entry in ledger if entry["model"] == "bastide-reader"]
        assert answered == ["degraded", "degraded"]


async def test_an_operation_goes_only_where_it_is_known() -> None:
    async def embeds(request: Request) -> None:
        request.reply({"object": "list", "data": [], **completion("x")})

    async with model_server(embeds) as one, model_server(embeds) as two:
        places = [{"operations": frozenset({"chat/completions"})}, {"operations": frozenset({"embeddings"})}]
        async with routed(one, two, places=places) as client:
            for _ in range(3):
                await client.post("/embeddings", json={"model": "m", "input": "x"})
            assert (asked(one), asked(two)) == (0, 3)
            answer = await client.post("/rerank", json={"model": "m", "query": "x", "documents": []})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request.unsupported")
