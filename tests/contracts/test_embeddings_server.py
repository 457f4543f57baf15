"""What an embeddings server may do to us over HTTP, and what becomes of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import pytest

from bastide.kit.errors import UnavailableError
from bastide.models.adapters.openai import client as client_module
from bastide.models.adapters.openai.client import EmbeddingsClient
from bastide.models.adapters.openai.encoder import OpenAiEncoder, OpenAiModel
from bastide.models.domain.errors import (
    EmbedderAnswerError,
    EmbedderChangedError,
    EmbedderError,
    EmbedderRefusedError,
)
from bastide.models.usecases.get_acquainted import KnownEmbedder, get_acquainted
from tests.fakes.embeddings import answer, embeddings
from tests.integration.gateway.upstream import ModelServer, Request, model_server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "_FIRST_PAUSE_S", 0.01)


@asynccontextmanager
async def served(
    handler: Callable[[Request], Awaitable[None]], **model: Any
) -> AsyncIterator[tuple[OpenAiEncoder, ModelServer]]:
    async with model_server(handler) as server:
        described = OpenAiModel(**{"model": "org/words", "name": "words", **model})
        encoder = OpenAiEncoder(described, EmbeddingsClient(server.url, "sk-secret"))
        yield encoder, server
        await encoder.close()


async def test_the_request_is_openais(request: pytest.FixtureRequest) -> None:
    async with served(answer, asked_dimensions=32, query_prefix="query: ") as (encoder, server):
        await encoder.queries(["cat"])
        sent = server.last
    assert (sent.method, sent.path) == ("POST", "/v1/embeddings")
    assert sent.headers["authorization"] == "Bearer sk-secret"
    assert sent.json == {"model": "org/words", "input": ["query: cat"], "dimensions": 32}


async def test_texts_go_in_batches_and_come_back_in_order() -> None:
    async def backwards(request: Request) -> None:
        reply = embeddings(request.json["input"])
        request.reply({**reply, "data": reply["data"][::-1]})

    texts = [f"text {number}" for number in range(70)]
    async with served(backwards) as (encoder, server):
        vectors = await encoder.passages(texts)
        assert [len(one.json["input"]) for one in server.requests] == [32, 32, 6]
        alone = await encoder.passages([texts[41]])
    np.testing.assert_allclose(vectors[41], alone[0], atol=1e-6)


async def test_a_server_that_takes_less_at_once_gets_less() -> None:
    """TEI refuses more than its `max-client-batch-size` with 413, vLLM texts beyond its context with 400."""

    async def small(request: Request) -> None:
        texts: list[str] = request.json["input"]
        if len(texts) > 3:
            request.reply({"error": "batch size > maximum allowed batch size", "error_type": "V"}, 413)
        elif any(len(text) > 200 for text in texts):
            request.reply({"error": {"message": "maximum context length", "code": 400}}, 400)
        else:
            request.reply(embeddings(texts))

    async with served(small) as (encoder, server):
        assert (await encoder.passages(["cat"] * 20 + ["roof " * 300])).shape == (21, 32)
        assert max(len(one.json["input"]) for one in server.requests) == 21


async def test_what_may_pass_is_tried_again() -> None:
    answers = [(429, {"retry_after": "0"}), (503, {}), (500, {})]

    async def shaky(request: Request) -> None:
        if answers:
            status, headers = answers.pop(0)
            request.reply({"error": {"message": "later"}}, status, **headers)
        else:
            await answer(request)

    async with served(shaky) as (encoder, server):
        assert (await encoder.passages(["cat"])).shape == (1, 32)
        assert len(server.requests) == 4


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_what_will_not_pass_is_said_at_once(status: int) -> None:
    async def closed(request: Request) -> None:
        request.reply({"error": {"message": "Incorrect API key provided"}}, status)

    async with served(closed) as (encoder, server):
        with pytest.raises(EmbedderRefusedError, match="Incorrect API key provided") as caught:
            await encoder.passages(["cat"])
        assert len(server.requests) == 1
        assert "sk-secret" not in caught.value.message
        assert caught.value.details["status"] == status


async def test_nobody_there() -> None:
    encoder = OpenAiEncoder(OpenAiModel("m", "m"), EmbeddingsClient("http://127.0.0.1:9/v1", None))
    with pytest.raises(EmbedderError, match="does not answer"):
        await encoder.passages(["cat"])
    await encoder.close()


async def test_after_a_question_without_answer_questions_rest() -> None:
    async def down(request: Request) -> None:
        request.reply({}, 503)

    async with served(down) as (encoder, server):
        for _ in range(5):
            with pytest.raises(UnavailableError):
                await encoder.queries(["cat"])
        assert len(server.requests) == 2
        server.handler = answer
        assert (await encoder.passages(["cat"])).shape == (1, 32)


@pytest.mark.parametrize(
    "body",
    [
        {"data": []},
        {"data": [{"index": 0, "embedding": []}]},
        {"data": [{"index": 0, "embedding": "AAAA"}]},
        {"choices": []},
        {"data": [{"index": 0, "embedding": [1.0]}, {"index": 1, "embedding": [1.0]}]},
    ],
)
async def test_what_are_no_vectors_are_refused(body: dict[str, Any]) -> None:
    async def strange(request: Request) -> None:
        request.reply(body)

    async with served(strange) as (encoder, _):
        with pytest.raises(EmbedderAnswerError):
            await encoder.passages(["cat"])


async def test_another_model_under_the_same_name_is_noticed() -> None:
    async def longer(request: Request) -> None:
        reply = embeddings(request.json["input"])
        for item in reply["data"]:
            item["embedding"] += [0.5]
        request.reply(reply)

    async with served(answer) as (encoder, server):
        embedder = KnownEmbedder(encoder, await get_acquainted(encoder))
        assert embedder.dimensions == 32
        server.handler = longer
        with pytest.raises(EmbedderChangedError):
            await embedder.embed(["cat"])


def test_the_fingerprint_is_of_what_makes_the_vectors() -> None:
    def fingerprint(url: str = "http://a/v1", **model: Any) -> str:
        described = OpenAiModel(**{"model": "m", "name": "m", **model})
        return OpenAiEncoder(described, EmbeddingsClient(url, None)).fingerprint

    assert fingerprint() == fingerprint("http://b/v1") == fingerprint(batch=8)
    others = [{"model": "n"}, {"asked_dimensions": 64}, {"passage_prefix": "p: "}, {"name": "n"}]
    assert len({fingerprint(), *(fingerprint(**other) for other in others)}) == 5
