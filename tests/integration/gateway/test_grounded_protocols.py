"""Answers from documents, and the reader's when nobody else answers, in each of the three protocols."""

import json
from typing import Any

import httpx
import pytest

from bastide.chat.contract import Citation, Grounding
from bastide.gateway.configuration import Routing
from bastide.gateway.contract import Finished, TokenDelta, Usage
from bastide.identity.contract import ScopeError
from tests.integration.gateway.door import ScriptedAnswers, door
from tests.integration.gateway.speakers import BODIES, read_stream, read_whole
from tests.integration.gateway.test_routing import down, routed
from tests.integration.gateway.upstream import model_server, talk

PROTOCOLS = ("messages", "responses")
CITATION = Citation(1, "doc_1", 2, "a.pdf", "hr", "chk_1", 3, 10, 24, "Twenty-five days", "Leave", 0.9, True)
GROUNDED = [
    TokenDelta("Twenty-five days [1]"),
    CITATION,
    TokenDelta(" a year."),
    Grounding((CITATION,), True, ((0, 4),)),
    Finished("stop", Usage(12, 5, True), "tiny"),
]
STATE = {"answered": True, "degraded": False, "unsupported": [[0, 4]]}
FIELDS = {"collections": ["hr"], "filters": {"year": {"gte": 2023}}, "top_k": 4}


def body(protocol: str, words: str = "How many days?", model: str = "tiny", **more: Any) -> dict[str, Any]:
    asked = BODIES[protocol](words)
    del asked["system" if protocol == "messages" else "instructions"]
    return {**asked, "model": model, **more}


def events_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


def ending(protocol: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """Where a stream says how it ended."""
    if protocol == "responses":
        return events[-1]["response"]
    return next(event for event in events if event["type"] == "message_delta")


@pytest.mark.parametrize("model", ["tiny", "bastide-reader"])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_grounded_answer_carries_its_citations(protocol: str, model: str) -> None:
    answers = ScriptedAnswers(list(GROUNDED))
    async with model_server(talk) as server, door(server, answers=answers) as gateway:
        async with httpx.AsyncClient(base_url=f"{gateway.url}/v1/") as client:
            answer = await client.post(protocol, json=body(protocol, model=model, bastide=FIELDS))
    assert answer.status_code == 200, answer.text
    found, said = answer.json(), read_whole(protocol, answer.json())
    assert (said.text, said.reason) == ("Twenty-five days [1] a year.", "stop")
    assert (said.usage[0], said.usage[2]) == (12, 5)
    assert [(each["number"], each["quote"], each["verified"]) for each in found["citations"]] == [
        (1, "Twenty-five days", True)
    ]
    assert found["bastide"] == STATE
    (asked,) = answers.asked
    assert (asked.model, asked.collections, asked.filters, asked.top_k) == (
        model,
        ["hr"],
        {"year": {"gte": 2023}},
        4,
    )
    assert [(message.role, message.content) for message in asked.messages] == [("user", "How many days?")]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_grounded_stream_ends_with_its_citations(protocol: str) -> None:
    async with model_server(talk) as server, door(server, answers=ScriptedAnswers(list(GROUNDED))) as gateway:
        async with httpx.AsyncClient(base_url=f"{gateway.url}/v1/") as client:
            asked = body(protocol, stream=True, bastide={"collections": []})
            async with client.stream("POST", protocol, json=asked) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                said = await read_stream(protocol, answer)
            events = events_of((await client.post(protocol, json=asked)).text)
    assert (said.text, said.reason, said.usage[2]) == ("Twenty-five days [1] a year.", "stop", 5)
    end = ending(protocol, events)
    assert (end["citations"][0]["document_id"], end["bastide"]) == ("doc_1", STATE)


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_errors_of_a_grounded_stream(protocol: str) -> None:
    """Early ones keep their status; later ones are an event."""
    asked = body(protocol, stream=True, bastide={})
    answers = ScriptedAnswers(error=ScopeError("Not you."))
    async with model_server(talk) as server, door(server, answers=answers) as gateway:
        async with httpx.AsyncClient(base_url=f"{gateway.url}/v1/") as client:
            assert (await client.post(protocol, json=asked)).status_code == 403
            answers.events = [TokenDelta("Twenty")]
            late = await client.post(protocol, json=asked)
    assert late.status_code == 200
    last = events_of(late.text)[-1]
    assert (last["type"], last["error"]["message"]) == ("error", "Not you.")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_the_reader_answers_when_nothing_else_does_and_says_so(protocol: str, streamed: bool) -> None:
    words = "The gate closes at nine. It is red.\n\nWhen?"
    async with model_server(down) as bad, routed(bad, routing=Routing(degrade=True)) as client:
        asked = body(protocol, words, model="m", stream=streamed)
        async with client.stream("POST", f"/{protocol}", json=asked) as answer:
            assert (answer.status_code, answer.headers["x-bastide-degraded"]) == (200, "true")
            if streamed:
                said = await read_stream(protocol, answer)
            else:
                said = read_whole(protocol, json.loads(await answer.aread()))
        again = await client.post(f"/{protocol}", json=asked)
    found = ending(protocol, events_of(again.text)) if streamed else again.json()
    assert said.text.startswith("The gate closes at nine.")
    assert found["bastide"]["degraded"] is True
    if not streamed:
        assert found["model"] == "bastide-reader"


async def test_the_reader_that_stands_in_quotes_no_instructions() -> None:
    messages = [
        {"role": "system", "content": "The code is 7."},
        {"role": "user", "content": "Code?"},
    ]
    async with model_server(down) as bad, routed(bad, routing=Routing(degrade=True)) as client:
        answer = await client.post("/chat/completions", json={"model": "m", "messages": messages})
    assert answer.status_code == 200
    assert answer.json()["bastide"]["answered"] is False
    assert "7" not in answer.json()["choices"][0]["message"]["content"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_without_leave_nobody_degrades(protocol: str) -> None:
    async with model_server(down) as bad, routed(bad) as client:
        answer = await client.post(f"/{protocol}", json=body(protocol, model="m"))
        assert answer.status_code in {502, 503}
        assert "x-bastide-degraded" not in answer.headers
