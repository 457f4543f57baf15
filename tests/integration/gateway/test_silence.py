"""What the client of a stream hears while its model has not said anything yet."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import openai
import pytest

from bastide.gateway.configuration import Routing, Timeouts
from bastide.kit.errors import DeniedError
from tests.integration.gateway.door import ScriptedAnswers, door
from tests.integration.gateway.speakers import BODIES
from tests.integration.gateway.test_grounded_protocols import events_of
from tests.integration.gateway.test_routing import routed
from tests.integration.gateway.upstream import Request, completion, model_server, talk

COMMENT = ": keep-alive\n\n"
KEEP_ALIVE_S = 0.1


PROTOCOLS = tuple(BODIES)


def body(protocol: str, words: str = "Hi", model: str = "m", **more: Any) -> dict[str, Any]:
    return BODIES[protocol](words) | {"model": model, **more}


def slow(handler: Any, silence_s: float = 0.45) -> Any:
    async def answer(request: Request) -> None:
        await asyncio.sleep(0 if request.method == "GET" else silence_s)
        await handler(request)

    return answer


async def silent(request: Request) -> None:
    if request.method == "GET":
        await talk(request)
    await request.wait()


async def silent_stream(request: Request) -> None:
    if request.method == "POST":
        request.start_stream()
    await silent(request)


async def refusing(request: Request) -> None:
    request.reply({"error": {"message": "The prompt is too long.", "type": "x", "code": "y"}}, 400)


async def whole(request: Request) -> None:
    request.reply(completion("Not streamed."))


def told(text: str) -> dict[str, Any]:
    """The error that ends a stream."""
    last = events_of(text)[-1]
    assert last["error"]["message"]
    return last


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_comments_come_before_the_first_token(protocol: str) -> None:
    async with model_server(slow(talk)) as server, routed(server, keep_alive_s=KEEP_ALIVE_S) as client:
        answer = await client.post(f"/{protocol}", json=body(protocol, stream=True))
    assert (answer.status_code, answer.headers["x-request-id"]) == (200, "req_test")
    assert answer.text.startswith(COMMENT * 3)
    assert "Hello" in answer.text
    assert "error" not in events_of(answer.text)[-1]


async def test_a_quick_answer_has_its_own_head() -> None:
    async with model_server(talk) as server, routed(server, keep_alive_s=KEEP_ALIVE_S) as client:
        answer = await client.post("/chat/completions", json=body("chat/completions", stream=True))
    assert answer.headers["x-bastide-deployment"] == "a"
    assert COMMENT not in answer.text


async def test_another_place_is_asked_while_the_client_hears_comments() -> None:
    timeouts = Timeouts(first_token_s=0.3)
    for handler in (silent, silent_stream):
        async with model_server(handler) as bad, model_server(talk) as good:
            places = [{}, {"priority": 1}]
            options = {"timeouts": timeouts, "keep_alive_s": KEEP_ALIVE_S}
            async with routed(bad, good, places=places, **options) as client:
                asked = body("chat/completions", stream=True)
                answer = await client.post("/chat/completions", json=asked)
        assert answer.status_code == 200
        assert answer.text.startswith(COMMENT)
        assert "Hello" in answer.text
        assert "error" not in events_of(answer.text)[-1]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("handler", "code"),
    [(slow(refusing), "upstream.refused"), (silent, "upstream.timeout"), (slow(whole), "upstream.broken")],
)
async def test_a_late_failure_is_an_event(protocol: str, handler: Any, code: str) -> None:
    options = {"timeouts": Timeouts(first_token_s=0.7), "keep_alive_s": KEEP_ALIVE_S}
    async with model_server(handler) as server, routed(server, **options) as client:
        answer = await client.post(f"/{protocol}", json=body(protocol, stream=True))
    assert answer.status_code == 200
    assert answer.text.startswith(COMMENT)
    assert told(answer.text)["error"]["code"] == code
    if protocol == "responses":
        assert told(answer.text)["sequence_number"] == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_an_answer_at_once_keeps_its_status(protocol: str) -> None:
    options = {"timeouts": Timeouts(first_token_s=0.4), "keep_alive_s": KEEP_ALIVE_S}
    async with model_server(silent) as server, routed(server, **options) as client:
        answer = await client.post(f"/{protocol}", json=body(protocol))
    assert (answer.status_code, answer.json()["error"]["code"]) == (504, "upstream.timeout")


async def test_the_reader_can_still_stand_in() -> None:
    options = {"timeouts": Timeouts(first_token_s=0.4), "keep_alive_s": KEEP_ALIVE_S}
    words = "The gate closes at nine. It is red.\n\nWhen?"
    async with model_server(silent) as server:
        async with routed(server, routing=Routing(degrade=True), **options) as client:
            asked = body("chat/completions", words, stream=True)
            answer = await client.post("/chat/completions", json=asked)
    assert answer.text.startswith(COMMENT)
    assert "The gate closes at nine." in answer.text
    assert '"degraded":true' in answer.text


class Slow(ScriptedAnswers):
    """Says nothing for a while."""

    async def answer(self, principal: Any, request: Any) -> AsyncIterator[Any]:
        await asyncio.sleep(0.3)
        async for event in super().answer(principal, request):
            yield event


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_search_that_takes_long_is_heard_of_too(protocol: str) -> None:
    answers = Slow(error=DeniedError("Not you."))
    asked = body(protocol, model="bastide-reader", stream=True) | {"bastide": {"collections": ["a"]}}
    async with model_server(talk) as server:
        async with door(server, answers=answers, keep_alive_s=KEEP_ALIVE_S) as gateway:
            async with httpx.AsyncClient(base_url=f"{gateway.url}/v1/") as client:
                answer = await client.post(protocol, json=asked)
    assert answer.status_code == 200
    assert answer.text.startswith(COMMENT)
    assert told(answer.text)["error"]["message"] == "Not you."


async def test_the_official_client_reads_it() -> None:
    options = {"timeouts": Timeouts(first_token_s=0.7), "keep_alive_s": KEEP_ALIVE_S}
    async with model_server(slow(talk)) as server, door(server, **options) as gateway:
        client = gateway.client()
        chunks = await client.chat.completions.create(
            model="tiny", stream=True, messages=[{"role": "user", "content": "Hi"}]
        )
        pieces = [chunk.choices[0].delta.content or "" async for chunk in chunks if chunk.choices]
        assert "".join(pieces) == "Hello there!"
        events = await client.responses.create(model="tiny", stream=True, input="Hi")
        assert [event.sequence_number async for event in events][:3] == [0, 1, 2]
        server.handler = silent
        chunks = await client.chat.completions.create(
            model="tiny", stream=True, messages=[{"role": "user", "content": "Hi"}]
        )
        with pytest.raises(openai.APIError, match="began no answer"):
            async for _ in chunks:
                pass
