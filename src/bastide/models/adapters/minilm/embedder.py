"""Runs all-MiniLM-L6-v2 on the CPU."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from bastide.kit.errors import UnavailableError
from bastide.models.adapters.batches import batches, cut
from bastide.models.adapters.minilm.fetch import PUBLISHED_SHA256, TOKENIZER, WEIGHTS
from bastide.models.adapters.minilm.graph import WIDTH, minilm_graph
from bastide.models.adapters.minilm.quantised import VERSION, quantised_linear
from bastide.models.adapters.onnx_session import OnnxSession
from bastide.models.contract import Vectors

_MAX_TOKENS = 256
_BATCH_TEXTS = 16
_BATCH_TOKENS = 512  # computed within the processor's cache: a sixth less time, and 200 MB less memory
_GRAPH = f"model.{VERSION}.onnx"
# How much the vectors should weigh beside BM25's 1, where nDCG@10 of both together is best on public sets.
_TRUST = {"en": 1.0, "fr": 0.4}
_TRUST_ELSEWHERE = 0.3  # trained on English only; what it knows of others comes by shared words


class EmbedderMissingError(UnavailableError):
    """The model's files are not there or cannot be run."""

    code = "embedder.missing"


class OnnxMiniLm:
    """`Embedder` by ONNX Runtime.

    Passages wait for each other and go in small batches; a query waits for nobody, it shares the processors
    with the batch at work.
    """

    def __init__(self, session: OnnxSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._turn = asyncio.Lock()

    @classmethod
    def open(cls, directory: Path, threads: int) -> "OnnxMiniLm":
        """Of the folder that `fetch_minilm` gave, on `threads` processors. Takes a fraction of a second.

        Raises:
            EmbedderMissingError: `embedder.missing`: run `bastide setup`.
        """
        directory = directory.resolve()  # the runtime takes weights from the model's own folder only
        weights, tokenizer = directory / WEIGHTS, directory / TOKENIZER
        if not (weights.is_file() and tokenizer.is_file()):
            raise EmbedderMissingError(
                f"The embedder is not in {directory}. Run `bastide setup` once, with network.",
                folder=str(directory),
            )
        graph = directory / _GRAPH
        if not graph.is_file():
            _write(graph, weights)
        reader = Tokenizer.from_file(str(tokenizer))
        reader.no_padding()
        reader.no_truncation()
        return cls(OnnxSession(graph, threads), reader)

    @property
    def name(self) -> str:
        return "all-minilm-l6-v2"

    @property
    def fingerprint(self) -> str:
        return f"{self.name}:{PUBLISHED_SHA256[WEIGHTS][:12]}:{VERSION}:{_MAX_TOKENS}"

    @property
    def dimensions(self) -> int:
        return WIDTH

    @property
    def max_tokens(self) -> int:
        return _MAX_TOKENS

    def trust(self, language: str) -> float:
        return _TRUST.get(language, _TRUST_ELSEWHERE)

    def likeness(self, cosine: float, language: str) -> float:  # noqa: ARG002  # of the port
        """The scale was measured with this model."""
        return cosine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """With the two marks that every text gets: nothing is cut off while it is at most `max_tokens`."""
        return [len(encoding.ids) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), WIDTH), np.float32)
        if not texts:
            return vectors
        tokens = await asyncio.to_thread(self._tokens, texts)
        for batch in batches(tokens, _BATCH_TEXTS, _BATCH_TOKENS):
            async with self._turn:
                vectors[batch] = await asyncio.to_thread(self._run, [tokens[index] for index in batch])
        return vectors

    async def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return (await asyncio.to_thread(lambda: self._run(self._tokens([text]))))[0]

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [cut(encoding.ids, _MAX_TOKENS) for encoding in self._tokenizer.encode_batch_fast(list(texts))]

    def _run(self, batch: Sequence[list[int]]) -> Vectors:
        ids = np.zeros((len(batch), max(map(len, batch))), np.int32)
        mask = np.zeros_like(ids)
        for row, tokens in enumerate(batch):
            ids[row, : len(tokens)] = tokens
            mask[row, : len(tokens)] = 1
        return self._session.run(ids, mask)


def _write(graph: Path, weights: Path) -> None:
    """Whole or not at all; by another name for every process, since two may do it at once."""
    draft = graph.with_suffix(f".{uuid4().hex}")
    draft.write_bytes(minilm_graph(weights, quantised_linear))
    draft.replace(graph)
