"""The other routes of OpenAI's API, with OpenAI's client."""

import base64
import json

import httpx
import numpy as np
import openai
import pytest

from bastide.chat.contract import Grounding
from bastide.gateway.contract import Finished, TokenDelta, Usage
from tests.integration.gateway.door import ScriptedAnswers, door
from tests.integration.gateway.upstream import Request, model_server, talk

MODELS = ["tiny", "public=tiny"]


async def test_completions_whole_and_streamed() -> None:
    async def complete(request: Request) -> None:
        choice = {"index": 0, "text": "x y", "logprobs": None, "finish_reason": "stop"}
        head = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "tiny"}
        if not request.json.get("stream"):
            request.reply({**head, "choices": [choice], "usage": {"prompt_tokens": 1, "total_tokens": 3}})
            return
        request.start_stream()
        request.event({**head, "choices": [choice]})
        request.event({**head, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}})
        request.end()

    async with model_server(complete) as server, door(server) as gateway, gateway.client() as client:
        answer = await client.completions.create(
            model="tiny", prompt="a", echo=True, best_of=2, logprobs=3, extra_body={"repetition_penalty": 1.1}
        )
        assert answer.choices[0].text == "x y"
        sent = server.last.json
        assert (sent["echo"], sent["best_of"], sent["logprobs"], sent["repetition_penalty"]) == (
            True,
            2,
            3,
            1.1,
        )
        stream = await client.completions.create(model="tiny", prompt="a", stream=True)
        chunks = [chunk async for chunk in stream]
        assert [choice.text for chunk in chunks for choice in chunk.choices] == ["x y"]
        assert len(chunks) == 1, "the usage was not asked for"


@pytest.mark.parametrize("encoding", ["float", "base64"])
async def test_the_built_in_embedder_answers(encoding: str) -> None:
    async with door() as gateway, gateway.client() as client:
        answer = await client.embeddings.create(
            model="alphabet", input=["a a", "b"], encoding_format=encoding, dimensions=3
        )
        vectors = [item.embedding for item in answer.data]
        if encoding == "base64":
            vectors = [np.frombuffer(_bytes(vector), "<f4").tolist() for vector in vectors]
        assert vectors == [[1, 0, 0], [0, 1, 0]]
        assert answer.usage.total_tokens == 3
        default = await client.embeddings.create(model="alphabet", input="c")
        assert default.data[0].embedding == [0, 0, 1]


def _bytes(text: object) -> bytes:

    assert isinstance(text, str)
    return base64.b64decode(text)


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"dimensions": 2}, "dimensions"),
        ({"encoding_format": "int8"}, "encoding_format"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [1, 2]}, "input"),
        ({"input": "a " * 9}, "input"),
    ],
)
async def test_what_the_embedder_cannot_do_is_said(more: dict[str, object], param: str) -> None:
    async with door() as gateway, httpx.AsyncClient() as client:
        body = {"model": "alphabet", "input": "a", **more}
        answer = await client.post(f"{gateway.url}/v1/embeddings", json=body)
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


async def test_a_built_in_model_does_its_own_thing_only() -> None:
    async with door() as gateway, gateway.client() as client:
        with pytest.raises(openai.BadRequestError, match="/v1/embeddings only"):
            await client.chat.completions.create(model="alphabet", messages=[])
        with pytest.raises(
            openai.BadRequestError, match="/v1/chat/completions, /v1/messages, /v1/responses only"
        ):
            await client.embeddings.create(model="bastide-reader", input="a")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("embeddings", {"model": "public", "input": [[1, 2]], "user": "x"}),
        ("rerank", {"model": "public", "query": "q", "documents": ["a", {"text": "b"}], "top_n": 1}),
        ("images/generations", {"model": "public", "prompt": "a house", "size": "1x1"}),
    ],
)
async def test_json_operations_pass_through(path: str, body: dict[str, object]) -> None:
    reply = (
        b'{"object": "list", "results": [{"index": 0, "relevance_score": 0.10}], "usage":{"total_tokens":7}}'
    )

    async def answer(request: Request) -> None:
        request.answer(200, reply)

    async with model_server(answer) as server, door(server, models=MODELS) as gateway:
        async with httpx.AsyncClient() as client:
            got = await client.post(f"{gateway.url}/v1/{path}", json=body)
        assert got.content == reply
        request = next(request for request in server.requests if request.method == "POST")
        assert (request.path, request.json) == (f"/v1/{path}", {**body, "model": "tiny"})


async def test_audio_is_transcribed() -> None:
    sound = bytes(range(256)) * 4000

    async def transcribe(request: Request) -> None:
        request.reply({"text": "hello", "usage": {"type": "tokens", "input_tokens": 5, "output_tokens": 1}})

    async with model_server(transcribe) as server, door(server, models=MODELS) as gateway:
        async with gateway.client() as client:
            answer = await client.audio.transcriptions.create(
                model="public", file=("a.wav", sound), language="fr", temperature=0.1
            )
        assert answer.text == "hello"
        request = next(request for request in server.requests if request.method == "POST")
        assert request.path == "/v1/audio/transcriptions"
        assert sound in request.body
        assert b'name="model"\r\n\r\ntiny\r\n' in request.body
        assert request.headers["content-type"].startswith("multipart/form-data; boundary=")


async def test_a_transcription_is_streamed() -> None:
    async def transcribe(request: Request) -> None:
        request.start_stream()
        request.event({"type": "transcript.text.delta", "delta": "hel"})
        request.event({"type": "transcript.text.done", "text": "hello"})
        request.end(done=False)

    async with model_server(transcribe) as server, door(server) as gateway, gateway.client() as client:
        stream = await client.audio.transcriptions.create(model="tiny", file=("a.wav", b"x"), stream=True)
        assert [event.type async for event in stream] == ["transcript.text.delta", "transcript.text.done"]


async def test_speech_is_passed_on_as_it_comes() -> None:
    sound = bytes(range(256)) * 1000

    async def speak(request: Request) -> None:
        assert request.json["voice"] == "alloy"
        request.answer(200, sound, content_type="audio/mpeg")

    async with model_server(speak) as server, door(server) as gateway, gateway.client() as client:
        answer = await client.audio.speech.create(model="tiny", voice="alloy", input="hello")
        assert await answer.aread() == sound
        assert answer.response.headers["content-type"] == "audio/mpeg"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps({"model": "tiny"}).encode()),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\nno end"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--b--',
        ),
    ],
)
async def test_a_broken_form_is_refused(content_type: str, body: bytes) -> None:
    async with model_server(talk) as server, door(server) as gateway, httpx.AsyncClient() as client:
        answer = await client.post(
            f"{gateway.url}/v1/audio/transcriptions", content=body, headers={"content-type": content_type}
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request.body")


@pytest.mark.parametrize("said", ["true", "1", "Yes", "confidential"])
async def test_what_is_sensitive_stays_inside(said: str) -> None:
    body = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}
    headers = {"x-bastide-sensitive": said}
    async with model_server(talk) as server, door(server, zone="cloud") as gateway:
        async with httpx.AsyncClient() as client:
            open_one = await client.post(f"{gateway.url}/v1/chat/completions", json=body)
            refused = await client.post(f"{gateway.url}/v1/chat/completions", json=body, headers=headers)
        assert (open_one.status_code, refused.status_code) == (200, 403)
        assert len([request for request in server.requests if request.method == "POST"]) == 1


async def test_a_sensitive_question_to_documents_says_so() -> None:
    usage = Usage(1, 1)
    answers = ScriptedAnswers(
        [TokenDelta("x"), Grounding((), answered=True), Finished("stop", usage, "tiny")]
    )
    body = {
        "model": "tiny",
        "messages": [{"role": "user", "content": "?"}],
        "bastide": {"collections": ["rh"]},
    }
    async with model_server(talk) as server, door(server, answers=answers) as gateway:
        async with httpx.AsyncClient(base_url=gateway.url) as client:
            for headers in ({}, {"x-bastide-sensitive": "true"}):
                assert (
                    await client.post("/v1/chat/completions", json=body, headers=headers)
                ).status_code == 200
    assert [asked.sensitive for asked in answers.asked] == [False, True]
