"""Chat completions with OpenAI's own client, over real sockets."""

import json

import httpx
import openai
import pytest

from bastide.chat.contract import Citation, Grounding
from bastide.gateway.contract import Finished, TokenDelta, Usage
from bastide.identity.contract import CredentialKind, KeyInvalidError, Principal, Role, ScopeError
from tests.integration.gateway.door import ScriptedAnswers, door
from tests.integration.gateway.upstream import completion, model_server, talk

ASK = [{"role": "user", "content": "Hi"}]
CITATION = Citation(1, "doc_1", 2, "a.pdf", "hr", "chk_1", 3, 10, 24, "Twenty-five days", "Leave", 0.9, True)
GROUNDED = [
    TokenDelta("Twenty-five days [1]"),
    CITATION,
    TokenDelta(" a year."),
    Grounding((CITATION,), True, ((0, 4),)),
    Finished("stop", Usage(12, 5, True), "tiny"),
]


async def test_the_client_gets_an_answer() -> None:
    async with model_server(talk) as server, door(server) as gateway, gateway.client() as client:
        answer = await client.chat.completions.create(model="tiny", messages=ASK)
        assert answer.choices[0].message.content == "Hello there!"
        assert answer.usage is not None
        assert answer.usage.total_tokens == 13
        assert server.last.headers["authorization"] == "Bearer upstream-key"


async def test_the_client_gets_a_stream() -> None:
    async with model_server(talk) as server, door(server) as gateway, gateway.client() as client:
        stream = await client.chat.completions.create(model="tiny", messages=ASK, stream=True)
        chunks = [chunk async for chunk in stream]
        assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Hello there!"
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert server.last.json["stream_options"] == {"include_usage": True}, "we count, unasked"


async def test_the_usage_of_a_stream_reaches_who_asked_for_it() -> None:
    async with model_server(talk) as server, door(server) as gateway, gateway.client() as client:
        stream = await client.chat.completions.create(
            model="tiny", messages=ASK, stream=True, stream_options={"include_usage": True}
        )
        usages = [chunk.usage async for chunk in stream if chunk.usage]
        assert [usage.total_tokens for usage in usages] == [13]


async def test_bytes_that_need_no_change_are_forwarded_unchanged() -> None:
    body = (
        b'{ "model":"tiny" ,\n "messages": [ {"role":"user","content":"\\u00e9"} ], "x_new": {"a": 1e400} }'
    )
    reply = b'{ "id":"1", "object": "chat.completion", "choices": [ ], "x_new":  1.10, "service_tier": null }'

    async def odd(request: object) -> None:
        request.answer(200, reply)  # type: ignore[attr-defined]

    async with model_server(odd) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", content=body)
        assert server.last.body == body
        assert answer.content == reply
        assert answer.headers["x-request-id"] == "req_test"


async def test_only_the_model_name_changes_where_the_server_has_another() -> None:
    body = b'{"seed": 7,"model" : "public","messages":[],"top_k":  3}'
    async with model_server(talk) as server, door(server, models=["public=tiny"]) as gateway:
        async with httpx.AsyncClient() as client:
            await client.post(f"{gateway.url}/v1/chat/completions", content=body)
        assert server.last.body == b'{"seed": 7,"model" : "tiny","messages":[],"top_k":  3}'


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/api/v1/chat/completions"])
async def test_both_paths_are_the_same(path: str) -> None:
    async with model_server(talk) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}{path}", json={"model": "tiny", "messages": ASK})
        assert answer.json()["choices"][0]["message"]["content"] == "Hello there!"


async def test_the_reader_answers_from_the_conversation() -> None:
    messages = [
        {"role": "user", "content": "The gate closes at nine. It opens at six.\n\nWhen does it close?"}
    ]
    async with door() as gateway, gateway.client() as client:
        answer = await client.chat.completions.create(model="bastide-reader", messages=messages)
        assert answer.choices[0].message.content == "The gate closes at nine."
        stream = await client.chat.completions.create(model="bastide-reader", messages=messages, stream=True)
        chunks = [chunk async for chunk in stream]
        assert "".join(c.choices[0].delta.content or "" for c in chunks) == "The gate closes at nine."


async def test_a_grounded_answer_carries_its_citations() -> None:
    answers = ScriptedAnswers(list(GROUNDED))
    async with model_server(talk) as server, door(server, answers=answers) as gateway:
        async with gateway.client() as client:
            answer = await client.chat.completions.create(
                model="tiny",
                messages=ASK,
                temperature=0.2,
                extra_body={
                    "bastide": {"collections": ["hr"], "filters": {"year": {"gte": 2023}}, "top_k": 4}
                },
            )
    found = answer.model_dump()
    assert found["choices"][0]["message"]["content"] == "Twenty-five days [1] a year."
    assert [(c["number"], c["quote"], c["verified"]) for c in found["citations"]] == [
        (1, "Twenty-five days", True)
    ]
    assert found["bastide"] == {"answered": True, "degraded": False, "unsupported": [[0, 4]]}
    asked = answers.asked[0]
    assert (asked.collections, asked.filters, asked.top_k) == (["hr"], {"year": {"gte": 2023}}, 4)
    assert asked.extra == {"temperature": 0.2}
    assert asked.messages[0].content == "Hi"
    assert not [request for request in server.requests if "chat" in request.path]


@pytest.mark.parametrize("wants_usage", [True, False])
async def test_a_grounded_stream_carries_each_citation_after_its_text(wants_usage: bool) -> None:
    options = {"stream_options": {"include_usage": True}} if wants_usage else {}
    body = {"model": "tiny", "messages": ASK, "stream": True, "bastide": {"collections": []}, **options}
    async with model_server(talk) as server, door(server, answers=ScriptedAnswers(list(GROUNDED))) as gateway:
        async with httpx.AsyncClient() as client:
            text = (await client.post(f"{gateway.url}/v1/chat/completions", json=body)).text
    events = [line.removeprefix("data: ") for line in text.split("\n\n") if line]
    assert events.pop() == "[DONE]"
    chunks = [json.loads(event) for event in events]
    written = [chunk["choices"][0]["delta"].get("content") if chunk["choices"] else None for chunk in chunks]
    place = written.index("Twenty-five days [1]")
    assert chunks[place + 1]["citations"][0]["document_id"] == "doc_1"
    assert chunks[place + 2]["choices"][0]["delta"]["content"] == " a year."
    assert chunks[-1]["citations"][0]["number"] == 1
    assert chunks[-1]["bastide"] == {"answered": True, "degraded": False, "unsupported": [[0, 4]]}
    assert ("usage" in chunks[-1]) is wants_usage


async def test_an_error_in_the_middle_of_an_answer_is_an_event() -> None:
    answers = ScriptedAnswers([TokenDelta("Twenty")], error=ScopeError("Not you."))
    async with door(answers=answers) as gateway, gateway.client() as client:
        stream = await client.chat.completions.create(
            model="bastide-reader", messages=ASK, stream=True, extra_body={"bastide": {}}
        )
        with pytest.raises(openai.APIError, match=r"Not you\."):
            _ = [chunk async for chunk in stream]


async def test_an_early_error_of_a_grounded_stream_keeps_its_status() -> None:
    async with door(answers=ScriptedAnswers(error=ScopeError("Not you."))) as gateway:
        async with gateway.client() as client:
            with pytest.raises(openai.PermissionDeniedError):
                await client.chat.completions.create(
                    model="bastide-reader", messages=ASK, stream=True, extra_body={"bastide": {}}
                )


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        (b"[]", 400, "request.body", None),
        (b'{"messages": []}', 400, "request.body", "model"),
        (b'{"model": 3}', 400, "request.body", "model"),
        (b'{"model": "tiny", "stream": "yes"}', 400, "request.body", "stream"),
        (b'{"model": "nobody", "messages": []}', 404, "model_not_found", "model"),
        (b'{"model": "tiny", "bastide": {"colections": []}, "messages": []}', 400, "request.body", "bastide"),
        (b'{"model": "bastide-reader"}', 400, "request.body", "messages"),
        (b'\xff{"model": "tiny"}', 400, "request.body", None),
        (b'{"model": "public", "model": "public"}', 400, "request.body", None),
    ],
)
async def test_a_wrong_request_is_told_what_is_wrong(
    body: bytes, status: int, code: str, param: str | None
) -> None:
    async with model_server(talk) as server, door(server, models=["tiny", "public=x"]) as gateway:
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{gateway.url}/v1/chat/completions", content=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


async def test_who_may_not_use_models_is_refused() -> None:
    async with model_server(talk) as server, door(server, denied=ScopeError("No.")) as gateway:
        async with gateway.client() as client:
            with pytest.raises(openai.PermissionDeniedError):
                await client.chat.completions.create(model="tiny", messages=ASK)
        assert not [request for request in server.requests if "chat" in request.path]


async def test_nobody_is_refused() -> None:
    async with door(principal=None) as gateway, gateway.client() as client:
        with pytest.raises(openai.AuthenticationError):
            await client.chat.completions.create(model="bastide-reader", messages=ASK)
        assert KeyInvalidError.code == "auth.invalid"


async def test_a_key_sees_and_uses_only_its_models() -> None:
    narrow = Principal(
        "usr_bob", "org_one", Role.MEMBER, CredentialKind.KEY, allowed_models=frozenset({"bastide-reader"})
    )
    async with model_server(talk) as server, door(server, principal=narrow) as gateway:
        async with gateway.client() as client:
            assert [model.id async for model in client.models.list()] == ["bastide-reader"]
            with pytest.raises(openai.NotFoundError):
                await client.chat.completions.create(model="tiny", messages=ASK)


async def test_the_models_are_listed_one_by_one_too() -> None:
    async with model_server(talk) as server, door(server, models=[]) as gateway, gateway.client() as client:
        await gateway.module.discovered()
        assert [model.id async for model in client.models.list()] == ["alphabet", "bastide-reader", "tiny"]
        found = (await client.models.retrieve("tiny")).model_dump()
        assert (found["owned_by"], found["context_tokens"], found["available"]) == ("server-0", 2048, True)
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("nobody")


async def test_a_refusal_of_the_server_reaches_the_client_as_it_is() -> None:
    async def refuse(request: object) -> None:
        error = {"message": "max_tokens is too large", "type": "BadRequestError", "param": "max_tokens"}
        request.reply({"error": error, "extra": 1}, 400)  # type: ignore[attr-defined]

    async with model_server(refuse) as server, door(server) as gateway, gateway.client() as client:
        with pytest.raises(openai.BadRequestError) as caught:
            await client.chat.completions.create(model="tiny", messages=ASK, max_tokens=10**9)
        assert caught.value.param == "max_tokens"


async def test_a_refusal_in_another_shape_is_put_into_openais() -> None:
    async def refuse(request: object) -> None:
        request.reply({"object": "error", "message": "too long", "code": 422}, 422)  # type: ignore[attr-defined]

    async with model_server(refuse) as server, door(server) as gateway, gateway.client() as client:
        with pytest.raises(openai.UnprocessableEntityError, match="too long"):
            await client.chat.completions.create(model="tiny", messages=ASK)


@pytest.mark.parametrize(
    ("status", "headers", "seen", "code"),
    [
        (401, {}, 502, "upstream.failed"),
        (500, {}, 502, "upstream.failed"),
        (302, {"location": "http://elsewhere/"}, 502, "upstream.failed"),
        (429, {"retry_after": "7"}, 429, "upstream.busy"),
    ],
)
async def test_a_fault_of_the_server_is_told_apart(
    status: int, headers: dict[str, str], seen: int, code: str
) -> None:
    async def fail(request: object) -> None:
        request.reply({"error": {"message": "boom"}}, status, **headers)  # type: ignore[attr-defined]

    async with model_server(fail) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(f"{gateway.url}/v1/chat/completions", json={"model": "tiny"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (seen, code)
    assert answer.headers.get("retry-after") == headers.get("retry_after")
    assert "upstream-key" not in answer.text


async def test_a_large_answer_and_a_large_prompt_pass() -> None:
    async def long(request: object) -> None:
        request.reply(completion("x" * 3_000_000))  # type: ignore[attr-defined]

    async with model_server(long) as server, door(server) as gateway, gateway.client() as client:
        prompt = [{"role": "user", "content": "é" * 400_000}]
        answer = await client.chat.completions.create(model="tiny", messages=prompt)
        assert len(answer.choices[0].message.content or "") == 3_000_000
        assert server.last.json["messages"] == prompt
