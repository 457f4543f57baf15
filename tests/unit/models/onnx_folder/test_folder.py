"""A folder of an exported model says how it wants to be run."""

from pathlib import Path

import numpy as np
import pytest

from bastide.models.adapters.onnx_folder.encoder import OnnxEncoder
from bastide.models.adapters.onnx_folder.folder import Pooling, read_folder
from bastide.models.domain.errors import EmbedderFolderError
from tests.fakes.embeddings import describe, word_vector, write_model

WORDS = ["cat", "roof", "query", "passage"]


def test_what_it_says_and_what_the_settings_say_instead(tmp_path: Path) -> None:
    folder = write_model(tmp_path, graph="onnx/model.onnx")
    plain = read_folder(folder)
    assert (plain.pooling, plain.max_tokens, plain.query_prefix) == (Pooling.MEAN, 512, "")
    describe(folder, "1_Pooling/config.json", {"pooling_mode_cls_token": True, "word_embedding_dimension": 8})
    describe(folder, "sentence_bert_config.json", {"max_seq_length": 128})
    prompts = {"query": "query: ", "passage": "passage: "}
    describe(folder, "config_sentence_transformers.json", {"prompts": prompts})
    said = read_folder(folder)
    assert (said.pooling, said.max_tokens) == (Pooling.CLS, 128)
    assert (said.query_prefix, said.passage_prefix) == ("query: ", "passage: ")
    given = read_folder(folder, pooling="max", max_tokens=64, query_prefix="", passage_prefix="x ")
    assert (given.pooling, given.max_tokens, given.query_prefix) == (Pooling.MAX, 64, "")
    assert len({plain.digest, said.digest, given.digest}) == 3
    assert read_folder(folder).digest == said.digest


def test_another_model_in_the_same_folder_is_another_model(tmp_path: Path) -> None:
    before = read_folder(write_model(tmp_path)).digest
    assert read_folder(write_model(tmp_path, vocabulary=["zebra"])).digest != before


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedderFolderError, match=r"tokenizer\.json"):
        read_folder(tmp_path)
    folder = write_model(tmp_path)
    (folder / "model.onnx").write_bytes(b"nothing of the kind")
    with pytest.raises(EmbedderFolderError, match="cannot be run"):
        OnnxEncoder(read_folder(folder), "x", 1)
    describe(folder, "modules.json", [{"type": "sentence_transformers.models.Dense"}])
    with pytest.raises(EmbedderFolderError, match="Dense"):
        read_folder(folder)


@pytest.mark.parametrize("pooling", ["mean", "max", "cls", "lasttoken"])
async def test_tokens_become_one_vector_and_padding_none(tmp_path: Path, pooling: str) -> None:
    folder = read_folder(write_model(tmp_path, vocabulary=WORDS), pooling=pooling)
    encoder = OnnxEncoder(folder, "x", 1)
    (short,) = await encoder.passages(["cat roof"])
    padded, _ = await encoder.passages(["cat roof", "cat " * 30])
    np.testing.assert_allclose(short, padded, atol=1e-6)
    # The marks at both ends have a vector of zeros here.
    tokens = [np.zeros(32), word_vector("cat"), word_vector("roof"), np.zeros(32)]
    expected = {
        "mean": np.mean(tokens, axis=0),
        "max": np.max(tokens, axis=0),
        "cls": tokens[0],
        "lasttoken": tokens[-1],
    }[pooling]
    np.testing.assert_allclose(short, expected / max(float(np.linalg.norm(expected)), 1e-12), atol=1e-5)


async def test_questions_and_passages_get_what_goes_before_them(tmp_path: Path) -> None:
    model = write_model(tmp_path, vocabulary=WORDS)
    encoder = OnnxEncoder(read_folder(model, query_prefix="query ", passage_prefix="passage "), "x", 1)
    plain = OnnxEncoder(read_folder(model), "x", 1)
    np.testing.assert_allclose(await encoder.queries(["cat"]), await plain.queries(["query cat"]), atol=1e-6)
    np.testing.assert_allclose(
        await encoder.passages(["cat"]), await plain.passages(["passage cat"]), atol=1e-6
    )
    assert encoder.count_tokens(["cat"]) == [4]
