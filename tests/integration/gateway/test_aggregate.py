"""One request to several models."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from bastide.identity.contract import CredentialKind, Principal, Role
from tests.integration.gateway.door import door
from tests.integration.gateway.upstream import (
    ModelServer,
    Request,
    chunk,
    completion,
    model_server,
    usage_chunk,
)

ROOT = Principal("usr_root", "org_one", Role.SYSTEM_ADMIN, CredentialKind.SESSION)
PATH = "/v1/chat/completions"
WORDS = {"a": ["Paris", " it is"], "b": ["Paris", "."], "wise": ["It", " is", " Paris."]}


async def speak(request: Request) -> None:
    """Every model has its words; `down` fails."""
    if request.method == "GET":
        request.reply({"object": "list", "data": []})
        return
    model = request.json["model"]
    if model == "down":
        request.reply({"error": {"message": "broken", "type": "x", "code": "y"}}, 500)
    elif request.json.get("stream"):
        request.start_stream()
        for word in WORDS[model]:
            request.event(chunk({"content": word}))
            await asyncio.sleep(0)
        request.event(chunk({}, "stop"))
        request.event(usage_chunk())
        request.end()
    else:
        request.reply(completion("".join(WORDS[model])))


@asynccontextmanager
async def asking() -> AsyncIterator[tuple[httpx.AsyncClient, ModelServer]]:
    models = ("a", "b", "wise", "down")
    async with model_server(speak) as server, door(server, models=models, principal=ROOT) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url, timeout=30) as client:
            yield client, server


def body(models: list[str], judge: str | None = None, **more: object) -> dict[str, Any]:
    wanted: dict[str, object] = {"models": models}
    if judge is not None:
        wanted |= {"aggregate": "judge", "judge": judge}
    question = [{"role": "user", "content": "Capital of France?"}]
    return {"model": "a", "messages": question, "bastide": wanted, **more}


def chunks(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.text.endswith("data: [DONE]\n\n")
    return [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]


def text(found: list[dict[str, Any]], index: int) -> str:
    choices = [choice for each in found for choice in each["choices"] if choice["index"] == index]
    return "".join(choice["delta"].get("content", "") for choice in choices)


async def test_side_by_side() -> None:
    async with asking() as (client, _):
        answer = (await client.post(PATH, json=body(["a", "b"], temperature=0))).json()
        shown = [(each["index"], each["model"], each["message"]["content"]) for each in answer["choices"]]
        assert shown == [(0, "a", "Paris it is"), (1, "b", "Paris.")]
        assert answer["usage"]["total_tokens"] == 26
        entries = (await client.get("/api/v1/usage/entries")).json()["items"]
        assert sorted((each["model"], each["outcome"]) for each in entries) == [("a", "ok"), ("b", "ok")]


async def test_one_that_fails_does_not_sink_the_others() -> None:
    async with asking() as (client, _):
        answer = (await client.post(PATH, json=body(["down", "b"]))).json()
        assert [(each["index"], each["model"]) for each in answer["choices"]] == [(1, "b")]
        failed, good = answer["bastide"]["answers"]
        assert (failed["ok"], failed["error"]["code"], good["ok"]) == (False, "upstream.failed", True)


async def test_when_none_answers_it_is_the_first_ones_error() -> None:
    async with asking() as (client, _):
        for stream in (False, True):
            answer = await client.post(PATH, json=body(["down"], stream=stream))
            assert (answer.status_code, answer.json()["error"]["code"]) == (502, "upstream.failed")


async def test_streamed_side_by_side() -> None:
    async with asking() as (client, _):
        request = body(["a", "down", "b"], stream=True, stream_options={"include_usage": True})
        found = chunks(await client.post(PATH, json=request))
        assert (text(found, 0), text(found, 1), text(found, 2)) == ("Paris it is", "", "Paris.")
        ends = [choice["finish_reason"] for each in found for choice in each["choices"]]
        assert ends.count("stop") == 2
        assert [each["ok"] for each in found[-1]["bastide"]["answers"]] == [True, False, True]
        assert found[-1]["usage"]["completion_tokens"] == 8


@pytest.mark.parametrize("stream", [False, True])
async def test_a_judge_merges(*, stream: bool) -> None:
    async with asking() as (client, server):
        answer = await client.post(PATH, json=body(["a", "b"], judge="wise", stream=stream))
        if stream:
            found = chunks(answer)
            assert (text(found, 0), {each["model"] for each in found[:-1]}) == ("It is Paris.", {"wise"})
            told = found[-1]["bastide"]
        else:
            [choice] = answer.json()["choices"]
            assert (choice["model"], choice["message"]["content"]) == ("wise", "It is Paris.")
            told = answer.json()["bastide"]
        assert (told["aggregate"], told["judged"]) == ("judge", True)
        assert [each.get("content") for each in told["answers"]] == ["Paris it is", "Paris.", None]
        prompt = server.last.json["messages"]
        assert prompt[0]["content"] == "Capital of France?"
        assert "Paris it is" in prompt[-1]["content"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("models", "judge"), [(["a", "b"], "down"), (["down", "a"], "wise")])
async def test_without_a_judgement_the_first_answer_stands(
    models: list[str], judge: str, *, stream: bool
) -> None:
    async with asking() as (client, _):
        answer = await client.post(PATH, json=body(models, judge=judge, stream=stream))
        if stream:
            found = chunks(answer)
            assert (text(found, 0), found[-1]["bastide"]["judged"]) == ("Paris it is", False)
        else:
            [choice] = answer.json()["choices"]
            assert (choice["index"], choice["message"]["content"]) == (0, "Paris it is")
            assert answer.json()["bastide"]["judged"] is False


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"bastide": {"models": ["a", "a"]}}, 400),
        ({"bastide": {"models": []}}, 400),
        ({"bastide": {"models": ["a", "nobody"]}}, 404),
        ({"bastide": {"models": ["a", "b"], "aggregate": "judge"}}, 400),
        ({"bastide": {"models": ["a", "b"], "judge": "wise"}}, 400),
        ({"bastide": {"models": ["a", "b"], "collections": ["rh"]}}, 400),
        ({"bastide": {"models": ["a", "b"], "aggregate": "vote"}}, 400),
        ({"n": 2}, 400),
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, 400),
    ],
)
async def test_what_cannot_be_asked_of_several(change: dict[str, object], status: int) -> None:
    async with asking() as (client, server):
        answer = await client.post(PATH, json={**body(["a", "b"]), **change})
        assert answer.status_code == status, answer.text
        assert not [request for request in server.requests if request.method == "POST"]


async def test_several_are_asked_by_chat_completions_only() -> None:
    async with asking() as (client, _):
        answer = await client.post("/v1/messages", json={**body(["a", "b"]), "max_tokens": 9})
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["param"]) == (400, "request.unsupported", "bastide")
        assert "/v1/chat/completions" in error["message"]


async def test_a_client_that_leaves_ends_all_of_them() -> None:
    started: list[Request] = []

    async def hang(request: Request) -> None:
        if request.method == "GET":
            request.reply({"object": "list", "data": []})
            return
        started.append(request)
        request.start_stream()
        request.event(chunk({"content": "…"}))
        await request.wait()

    async with model_server(hang) as server, door(server, models=("a", "b"), principal=ROOT) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url, timeout=30) as client:
            async with client.stream("POST", PATH, json=body(["a", "b"], stream=True)) as answer:
                await anext(answer.aiter_lines())
            await asyncio.wait_for(asyncio.gather(*(request.wait() for request in started)), 20)
    assert len(started) == 2


async def limited(client: httpx.AsyncClient) -> None:
    everybody = {"subject": "user", "subject_id": "*", "metric": "requests", "period": "minute"}
    for limit in ({"amount": 9}, {"amount": 3, "model": "b"}):
        made = await client.post("/api/v1/gateway/limits", json={**everybody, **limit})
        assert made.status_code == 201, made.text


async def test_the_tightest_limit_of_all_models_is_told_once() -> None:
    async with asking() as (client, _):
        await limited(client)
        for models, judge, amount, left in ((["a", "b"], None, 3, 2), (["a"], "wise", 9, 6)):
            answer = await client.post(PATH, json=body(models, judge))
            assert answer.headers.get_list("x-ratelimit-limit-requests") == [str(amount)]
            assert answer.headers.get_list("x-ratelimit-remaining-requests") == [str(left)]


async def test_a_stream_tells_the_limits_of_the_models_that_have_begun() -> None:
    async with asking() as (client, _):
        await limited(client)
        answer = await client.post(PATH, json=body(["b"], stream=True))
        assert answer.headers.get_list("x-ratelimit-remaining-requests") == ["2"]
        answer = await client.post(PATH, json=body(["down", "a"], "wise", stream=True))
        assert answer.headers.get_list("x-ratelimit-limit-requests") == ["9"]
