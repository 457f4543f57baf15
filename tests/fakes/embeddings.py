"""Embedders of our own: vectors that count words, served over HTTP or by a small ONNX graph in a folder."""

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from bastide.models.adapters.minilm import protobuf
from bastide.models.adapters.minilm.protobuf import ElementType, Inline
from bastide.models.domain.acquaintance.examination import EXAMINATIONS
from tests.integration.gateway.upstream import Request

WIDTH = 32


def word_vector(word: str) -> npt.NDArray[np.float32]:
    """The same for the same word, and near no other."""
    seed = int.from_bytes(hashlib.sha256(word.lower().encode()).digest()[:4])
    return np.random.default_rng(seed).normal(size=WIDTH).astype(np.float32)


def text_vector(text: str) -> npt.NDArray[np.float32]:
    """Of its words; a question of the examination is known to mean its answer."""
    known = {question: passage for pairs in EXAMINATIONS.values() for question, passage in pairs}
    words = re.findall(r"\w+", f"{text} {known.get(text, '')}")
    return np.sum([word_vector(word) for word in words or [""]], axis=0)


def embeddings(texts: Sequence[str]) -> dict[str, Any]:
    """As OpenAI documents it."""
    data = [
        {"object": "embedding", "index": index, "embedding": [float(value) for value in text_vector(text)]}
        for index, text in enumerate(texts)
    ]
    return {"object": "list", "data": data, "model": "words", "usage": {"prompt_tokens": 1}}


async def answer(request: Request) -> None:
    """Handler of a well-behaved server."""
    request.reply(embeddings(request.json["input"]))


def write_model(folder: Path, *, graph: str = "model.onnx", vocabulary: Sequence[str] = ()) -> Path:
    """A folder whose model gives each token the vector of its word."""
    examined = {
        word.lower()
        for examination in EXAMINATIONS.values()
        for pair in examination
        for word in re.findall(r"\w+", " ".join(pair))
    }
    words = ["[UNK]", "[CLS]", "[SEP]", *sorted(examined | {word.lower() for word in vocabulary})]
    ids = {word: number for number, word in enumerate(words)}
    tokenizer: Any = Tokenizer(WordLevel(ids, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    marks = [("[CLS]", 1), ("[SEP]", 2)]
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=marks)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    silent = np.zeros((3, WIDTH), np.float32)
    table = np.concatenate([silent, np.stack([word_vector(word) for word in words[3:]])])
    (folder / graph).parent.mkdir(exist_ok=True)
    (folder / graph).write_bytes(_lookup(table))
    return folder


def _lookup(table: npt.NDArray[np.float32]) -> bytes:
    node = protobuf.node("Gather", ["table", "input_ids"], ["last_hidden_state"], "", {})
    tensor = protobuf.tensor("table", Inline(ElementType.FLOAT, table.shape, table.tobytes()))
    shape = ("batch", "tokens")
    inputs = [protobuf.value(name, ElementType.INT64, shape) for name in ("input_ids", "attention_mask")]
    output = protobuf.value("last_hidden_state", ElementType.FLOAT, (*shape, WIDTH))
    graph = b"".join(
        [
            protobuf.data(1, node),
            protobuf.data(2, "lookup"),
            protobuf.data(5, tensor),
            *(protobuf.data(11, item) for item in inputs),
            protobuf.data(12, output),
        ]
    )
    return protobuf.model(graph, {"": 20})


def describe(folder: Path, name: str, content: object) -> None:
    """Put a configuration file beside the model."""
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))
