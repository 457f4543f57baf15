"""Every protocol of a client before every protocol of a provider, through the served gateway."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import pytest

from bastide.gateway.configuration import Configured, DeploymentEntry, ModelEntry, configured_provider
from tests.integration.gateway.door import Door, door
from tests.integration.gateway.speakers import BODIES, Said, read_stream, read_whole
from tests.integration.gateway.upstream import ModelServer, Request, model_server
from tests.integration.gateway.vendors.anthropic import anthropic
from tests.integration.gateway.vendors.openai import openai
from tests.integration.gateway.vendors.scenes import SCENES, USAGE

PROTOCOLS = ("chat/completions", "messages", "responses")
SPOKEN = {"chat/completions": "chat", "messages": "messages", "responses": "responses"}


@asynccontextmanager
async def gateway_before(protocol: str) -> AsyncIterator[tuple[Door, ModelServer, httpx.AsyncClient]]:
    """A gateway whose model `m` runs at a vendor that speaks this protocol only."""
    async with AsyncExitStack() as stack:
        vendor = anthropic if protocol == "messages" else openai
        server = await stack.enter_async_context(model_server(vendor))
        provider = configured_provider(
            name="vendor",
            kind="anthropic" if protocol == "messages" else "openai",
            url=server.url,
            api_key="upstream-key",
            zone="internal",
            protocols=[SPOKEN[protocol]],
        )
        places = [DeploymentEntry("vendor/there", "m", "vendor", "there")]
        configured = Configured([provider], [ModelEntry("m")], places, discover=False)
        gateway = await stack.enter_async_context(door(configured=configured))
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=f"{gateway.url}/v1/"))
        yield gateway, server, client


async def ask(client: httpx.AsyncClient, protocol: str, body: dict[str, Any], *, streamed: bool) -> Said:
    if not streamed:
        answer = await client.post(protocol, json=body)
        assert answer.status_code == 200, answer.text
        return read_whole(protocol, answer.json())
    more = {"stream_options": {"include_usage": True}} if protocol == "chat/completions" else {}
    async with client.stream("POST", protocol, json={**body, "stream": True, **more}) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        return await read_stream(protocol, answer)


@pytest.mark.parametrize("upstream", PROTOCOLS)
@pytest.mark.parametrize("asked", PROTOCOLS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_each_protocol_before_each_provider(asked: str, upstream: str, streamed: bool) -> None:
    """Text, thoughts, tools called at once, their results, why it ended, and what it took."""
    async with gateway_before(upstream) as (gateway, server, client):
        for words in ("hello", "weather", "think", "long"):
            scene = SCENES[words]
            body = BODIES[asked](f"Please {words}", tools=words == "weather")
            said = await ask(client, asked, body, streamed=streamed)
            assert said.text == "".join(scene.text)
            assert said.thought == scene.thought
            assert [(call_id, name) for call_id, name, _ in said.calls] == [each[:2] for each in scene.calls]
            assert [arguments for *_, arguments in said.calls] == [
                json.loads(each[2]) for each in scene.calls
            ]
            assert (said.reason, said.usage) == (scene.reason, USAGE)
            assert server.last.json["model"] == "there"
        body = BODIES[asked]("Please weather", tools=True, results=True)
        assert (await ask(client, asked, body, streamed=streamed)).text == "Both are sunny."
        principal = {"from": "2026-11-21", "to": "2026-11-21"}
        usage = (await client.get(f"{gateway.url}/api/v1/usage", params=principal)).json()["total"]
        assert (usage["requests"], usage["failed"], usage["estimated"]) == (5, 0, 0)
        totals = (usage["prompt_tokens"], usage["cached_tokens"], usage["completion_tokens"])
        assert totals == tuple(5 * count for count in USAGE)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_same_protocol_on_both_sides_passes_bytes(protocol: str) -> None:
    async with gateway_before(protocol) as (_, server, client):
        body = BODIES[protocol]("Please hello")
        raw = json.dumps(body).replace('"m"', ' "m" ').encode()
        answer = await client.post(protocol, content=raw)
        assert answer.status_code == 200, answer.text
        assert server.last.body == raw.replace(b' "m" ', b' "there" ')
        assert answer.json()["id"] in {"chatcmpl-1", "msg_1", "resp_1"}


async def test_headers_of_anthropics_clients_reach_anthropic_only() -> None:
    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "files-2025", "x-api-key": "sk-bastide"}
    async with gateway_before("messages") as (_, server, client):
        await client.post("messages", json=BODIES["messages"]("hello"), headers=headers)
        sent = server.last.headers
        assert (sent["anthropic-beta"], sent["x-api-key"]) == ("files-2025", "upstream-key")
        await client.post("chat/completions", json=BODIES["chat/completions"]("hello"), headers=headers)
        assert "anthropic-beta" not in server.last.headers


async def test_images_and_thoughts_find_their_way() -> None:
    image = "data:image/png;base64,iVBORw0KGgo="
    parts = [{"type": "text", "text": "hello"}, {"type": "image_url", "image_url": {"url": image}}]
    signed = {"type": "thinking", "thinking": "Hm.", "signature": "c2lnbmVk"}
    body = {
        "model": "m",
        "messages": [
            {"role": "user", "content": parts},
            {"role": "assistant", "content": "Hi", "thinking_blocks": [signed]},
            {"role": "user", "content": "think"},
        ],
        "reasoning_effort": "low",
    }
    async with gateway_before("messages") as (_, server, client):
        answer = await client.post("chat/completions", json=body)
        blocks = answer.json()["choices"][0]["message"]["thinking_blocks"]
    assert blocks == [{"type": "thinking", "thinking": "Six times seven.", "signature": "c2lnbmVk"}]
    sent = server.last.json
    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    assert sent["messages"][0]["content"][1] == {"type": "image", "source": source}
    assert sent["messages"][1]["content"][0] == signed
    assert (sent["thinking"], sent["output_config"]) == ({"type": "adaptive"}, {"effort": "low"})


@pytest.mark.parametrize(
    ("asked", "upstream", "more", "param"),
    [
        ("chat/completions", "messages", {"seed": 4}, "seed"),
        ("messages", "chat/completions", {"container": "c"}, "container"),
        ("responses", "chat/completions", {"previous_response_id": "resp_1"}, "previous_response_id"),
    ],
)
async def test_what_cannot_be_said_is_refused(
    asked: str, upstream: str, more: dict[str, Any], param: str
) -> None:
    async with gateway_before(upstream) as (_, server, client):
        answer = await client.post(asked, json=BODIES[asked]("hello", **more))
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, "request.untranslatable", param)
        assert not [request for request in server.requests if request.method == "POST"]
        ledger = (await client.get(client.base_url.join("/api/v1/usage/entries"))).json()["items"]
        assert [entry["outcome"] for entry in ledger] == ["refused"], "it is no failure of the provider's"


async def test_what_is_left_out_is_told() -> None:
    async with gateway_before("chat/completions") as (_, _, client):
        text = {"type": "text", "text": "hello", "cache_control": {"type": "ephemeral"}}
        body = BODIES["messages"]("hello", system=[text])
        for more in ({}, {"stream": True}):
            answer = await client.post("messages", json={**body, **more})
            assert answer.headers["x-bastide-left-out"] == "system[0].cache_control"


async def test_errors_have_the_shape_of_the_client() -> None:
    async with gateway_before("messages") as (_, _, client):
        answer = await client.post("messages", json={"model": "nobody", "max_tokens": 1, "messages": []})
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "not_found_error")

        wrong = BODIES["chat/completions"]("hello")
        wrong["messages"] += [
            {"role": "assistant", "content": "a"},
            {"role": "tool", "tool_call_id": "z", "content": ""},
        ]
        answer = await client.post("chat/completions", json=wrong)  # Anthropic's refusal, in OpenAI's shape
        assert answer.status_code == 400
        assert "tool_result" in answer.json()["error"]["message"]
        assert "type" not in answer.json()
        answer = await client.post("messages", json=BODIES["messages"]("hello", max_tokens="x"))
        assert answer.json()["error"]["message"] == "max_tokens: Field required"  # its own, untouched
        answer = await client.post("messages", json=BODIES["messages"]("busy"))
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
        assert (answer.json()["type"], answer.json()["error"]["type"]) == ("error", "rate_limit_error")


@pytest.mark.parametrize("asked", PROTOCOLS)
async def test_an_error_in_the_middle_has_the_shape_of_the_client(asked: str) -> None:
    async with gateway_before("messages") as (_, _, client):
        answer = await client.post(asked, json=BODIES[asked]("break", stream=True))
    last = answer.text.strip().split("\n\n")[-1]
    data = json.loads(last.partition("data: ")[2])
    assert "Overloaded" in data["error"]["message"]
    assert last.startswith("data: " if asked == "chat/completions" else "event: error\n")
    assert (data.get("type") == "error") is (asked != "chat/completions")


async def test_an_overloaded_provider_is_busy() -> None:
    async with gateway_before("messages") as (_, _, client):
        answer = await client.post("chat/completions", json=BODIES["chat/completions"]("overloaded"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "upstream.busy")


@pytest.mark.parametrize(
    ("upstream", "count"), [("messages", {"input_tokens": 17}), ("chat/completions", None)]
)
async def test_tokens_are_counted_there_or_estimated(upstream: str, count: dict[str, int] | None) -> None:
    body = BODIES["messages"]("hello")
    del body["max_tokens"]
    async with gateway_before(upstream) as (gateway, _, client):
        answer = await client.post("messages/count_tokens", json=body)
        assert answer.status_code == 200, answer.text
        if count is None:
            assert answer.json()["estimated"]
            assert 1 < answer.json()["input_tokens"] < 200
        else:
            assert answer.json() == count
        days = {"from": "2026-11-21", "to": "2026-11-21"}
        usage = (await client.get(f"{gateway.url}/api/v1/usage", params=days)).json()["total"]
        assert usage["prompt_tokens"] == 0


@pytest.mark.parametrize("asked", ["messages", "responses"])
async def test_a_client_that_goes_away_pays_for_what_it_got(asked: str) -> None:
    """The upstream is closed, and the ledger holds an estimate."""

    async def slow(request: Request) -> None:
        if request.path == "/v1/chat/completions":
            request.start_stream()
            delta = {"role": "assistant", "content": "word " * 40}
            request.event({"model": "x", "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
            await request.wait()
        else:
            await openai(request)

    async with gateway_before("chat/completions") as (gateway, server, client):
        server.handler = slow
        async with client.stream("POST", asked, json=BODIES[asked]("hello", stream=True)) as answer:
            async for line in answer.aiter_lines():
                if "word" in line:
                    break
        await server.last.wait()
        days = {"from": "2026-11-21", "to": "2026-11-21"}
        usage = (await client.get(f"{gateway.url}/api/v1/usage", params=days)).json()["total"]
    assert (usage["requests"], usage["estimated"]) == (1, 1)
    assert usage["completion_tokens"] >= 40
    assert usage["prompt_tokens"] > 10


async def test_an_upstream_that_counts_nothing_is_estimated() -> None:
    async def silent(request: Request) -> None:
        message = {"role": "assistant", "content": "Hello"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        request.reply({"object": "chat.completion", "model": "x", "choices": [choice]})

    async with gateway_before("chat/completions") as (gateway, server, client):
        server.handler = silent
        answer = await client.post("messages", json=BODIES["messages"]("hello"))
        assert answer.json()["usage"]["estimated"]
        days = {"from": "2026-11-21", "to": "2026-11-21"}
        usage = (await client.get(f"{gateway.url}/api/v1/usage", params=days)).json()["total"]
        assert (usage["estimated"], usage["completion_tokens"]) == (1, 2)


@pytest.mark.parametrize("asked", PROTOCOLS)
@pytest.mark.parametrize("streamed", [False, True])
async def test_the_reader_answers_in_each_protocol(asked: str, streamed: bool) -> None:
    async with door() as gateway, httpx.AsyncClient(base_url=f"{gateway.url}/api/v1/") as client:
        body = {**BODIES[asked]("The sky is blue.\n\nWhat is blue?"), "model": "bastide-reader"}
        more = {"stream": True} if streamed else {}
        answer = await client.post(asked, json={**body, **more})
        assert answer.status_code == 200, answer.text
        assert "The sky is blue." in answer.text  # the first sentence that the user gave, not the system's
        if not streamed:
            assert answer.json()["usage"]["estimated"]


async def test_a_listing_of_anthropics() -> None:
    async with gateway_before("messages") as (gateway, _, client):
        await gateway.module.discovered()
        found = (await client.get("models", headers={"anthropic-version": "2023-06-01"})).json()
        claude = next(each for each in found["data"] if each["id"] == "claude")
        assert (claude["type"], claude["display_name"], found["has_more"]) == ("model", "claude", False)
