"""What the embedder port promises, on every adapter."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bastide.models.adapters.minilm import MODEL_FOLDER
from bastide.models.adapters.minilm.embedder import OnnxMiniLm
from bastide.models.adapters.onnx_folder.encoder import OnnxEncoder
from bastide.models.adapters.onnx_folder.folder import read_folder
from bastide.models.adapters.openai.client import EmbeddingsClient
from bastide.models.adapters.openai.encoder import OpenAiEncoder, OpenAiModel
from bastide.models.contract import Embedder
from bastide.models.ports import Encoder
from bastide.models.usecases.get_acquainted import KnownEmbedder, get_acquainted
from tests.fakes.embeddings import answer, write_model
from tests.integration.gateway.upstream import model_server

TEXTS = [
    "The cat sleeps on the warm roof",
    "The contract ends after a notice of three months",
    "Le chat dort sur le toit",
    "",
    "é",
]


@pytest.fixture(params=["minilm", "onnx", "openai"])
async def embedder(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Embedder]:
    if request.param == "minilm":
        if (models := os.environ.get("BASTIDE_TEST_MODELS")) is None:
            pytest.skip("the embedder is not fetched: run make test, which sets BASTIDE_TEST_MODELS")
        yield OnnxMiniLm.open(Path(models) / MODEL_FOLDER, threads=1)
    elif request.param == "onnx":
        words = [word for text in TEXTS for word in text.split()] + ["word"]
        folder = read_folder(write_model(tmp_path, vocabulary=words), max_tokens=16)
        yield await known(OnnxEncoder(folder, "lookup", 1))
    else:
        async with model_server(answer) as server:
            encoder = OpenAiEncoder(OpenAiModel("words", "words"), EmbeddingsClient(server.url, "a key"))
            yield await known(encoder)
            await encoder.close()


async def known(encoder: Encoder) -> KnownEmbedder:
    return KnownEmbedder(encoder, await get_acquainted(encoder))


async def test_a_vector_per_text_of_length_one(embedder: Embedder) -> None:
    vectors = await embedder.embed(TEXTS[:3] + TEXTS[4:])
    assert vectors.shape == (4, embedder.dimensions)
    assert vectors.dtype == np.float32
    lengths = np.linalg.norm(vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-4) | (lengths == 0))


async def test_nothing_gives_nothing_and_an_empty_text_is_no_accident(embedder: Embedder) -> None:
    assert (await embedder.embed([])).shape == (0, embedder.dimensions)
    assert np.isfinite(await embedder.embed([""])).all()


async def test_each_text_gets_its_own_vector_whatever_its_company(embedder: Embedder) -> None:
    texts = [f"{text} {'roof ' * n}" for n in (9, 1, 5) for text in TEXTS[:3]] * 5
    together = await embedder.embed(texts)
    for index in (0, 4, 8):
        alone = (await embedder.embed([texts[index]]))[0]
        assert float(together[index] @ alone) > 0.98


async def test_a_question_is_near_the_passage_that_says_it(embedder: Embedder) -> None:
    query = await embedder.embed_query("the cat on the roof")
    assert query.shape == (embedder.dimensions,)
    assert int(np.argmax((await embedder.embed(TEXTS[:3])) @ query)) == 0


async def test_what_is_beyond_the_limit_does_no_harm(embedder: Embedder) -> None:
    long = "word " * embedder.max_tokens * 4
    assert embedder.count_tokens([long])[0] > embedder.max_tokens
    assert (await embedder.embed([long, "word"])).shape[0] == 2


async def test_it_says_how_far_to_trust_it(embedder: Embedder) -> None:
    for language in ("en", "fr", "", "de"):
        assert 0 <= embedder.trust(language) <= 1
        assert embedder.likeness(0.2, language) < embedder.likeness(0.6, language)
    assert len(embedder.fingerprint) > len(embedder.name) > 0
