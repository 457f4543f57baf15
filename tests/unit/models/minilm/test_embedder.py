"""The real model, where it was fetched."""

import asyncio
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from bastide.models.adapters.minilm import MODEL_FOLDER
from bastide.models.adapters.minilm.embedder import EmbedderMissingError, OnnxMiniLm
from bastide.models.adapters.minilm.graph import minilm_graph
from bastide.models.adapters.onnx_session import OnnxSession

# As published with the model: similarity of the first sentence to the others.
SENTENCES = [
    "That is a happy person",
    "That is a happy dog",
    "That is a very happy person",
    "Today is a sunny day",
]
PUBLISHED = [1.0, 0.695, 0.943, 0.257]


SAMPLES = Path(__file__).parents[4] / "samples"


def models() -> Path:
    folder = os.environ.get("BASTIDE_TEST_MODELS")
    if folder is None:
        pytest.skip("the embedder is not fetched: run make test, which sets BASTIDE_TEST_MODELS")
    return Path(folder)


@pytest.fixture(scope="module")
def embedder() -> OnnxMiniLm:
    return OnnxMiniLm.open(models() / MODEL_FOLDER, threads=2)


async def test_likeness_is_as_published(embedder: OnnxMiniLm) -> None:
    vectors = await embedder.embed(SENTENCES)
    assert vectors.shape == (4, embedder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[0] @ vectors.T, PUBLISHED, atol=0.03)


async def test_integers_give_nearly_the_exact_vectors(embedder: OnnxMiniLm, tmp_path: Path) -> None:
    folder = models() / MODEL_FOLDER
    for name in ("model.safetensors", "tokenizer.json"):
        shutil.copy(folder / name, tmp_path)
    (tmp_path / "model.onnx").write_bytes(minilm_graph(tmp_path / "model.safetensors"))
    exact = OnnxMiniLm(OnnxSession(tmp_path / "model.onnx", 2), embedder._tokenizer)
    texts = [path.read_text() for path in SAMPLES.rglob("*.md")]
    passages = [text[start : start + 700] for text in texts for start in range(0, len(text), 700)]
    likeness = np.sum(await embedder.embed(passages) * await exact.embed(passages), axis=1)
    assert likeness.min() > 0.98
    assert likeness.mean() > 0.99


async def test_vectors_have_length_one(embedder: OnnxMiniLm) -> None:
    vectors = await embedder.embed([*SENTENCES, "", "é", "word " * 1000])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


async def test_the_company_of_a_text_does_not_change_its_vector(embedder: OnnxMiniLm) -> None:
    texts = [f"{'a word and another ' * n} number {n}" for n in (40, 1, 7, 3, 25, 2, 60, 11)] * 5
    together = await embedder.embed(texts)
    alone = np.stack([(await embedder.embed([text]))[0] for text in texts[:8]])
    assert (np.sum(together[:8] * alone, axis=1) > 0.98).all()
    np.testing.assert_array_equal(np.argmax(together[:8] @ alone.T, axis=1), range(8))


async def test_a_query_is_embedded_as_a_passage(embedder: OnnxMiniLm) -> None:
    query = await embedder.embed_query(SENTENCES[0])
    assert query.shape == (embedder.dimensions,)
    assert float(query @ (await embedder.embed(SENTENCES))[0]) > 0.98


async def test_what_is_beyond_the_limit_is_not_read(embedder: OnnxMiniLm) -> None:
    long = "word " * (embedder.max_tokens - 2)
    assert embedder.count_tokens([long, "word"]) == [embedder.max_tokens, 3]
    (whole,), (longer,), (shorter,) = [
        await embedder.embed([text]) for text in (long, long + "and something else", long[:300])
    ]
    np.testing.assert_array_equal(whole, longer)
    assert float(whole @ shorter) < 0.9999


async def test_a_query_does_not_wait_for_passages(embedder: OnnxMiniLm) -> None:
    passages = asyncio.create_task(embedder.embed(["a passage of words " * 60] * 64))
    await asyncio.sleep(0.05)
    await embedder.embed_query("a question")
    assert not passages.done()
    await passages


async def test_nothing_gives_nothing(embedder: OnnxMiniLm) -> None:
    assert (await embedder.embed([])).shape == (0, embedder.dimensions)


def test_it_is_trusted_in_english_more_than_in_french(embedder: OnnxMiniLm) -> None:
    assert embedder.trust("en") == 1
    assert 0 < embedder.trust("fr") < 0.5
    assert 0 <= embedder.trust("") < 0.5


def test_a_model_that_was_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(EmbedderMissingError, match="bastide setup"):
        OnnxMiniLm.open(tmp_path, threads=1)
