"""Embeddings of any server that speaks OpenAI's protocol: vLLM, TEI, Ollama, LM Studio, OpenAI."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np

from bastide.models.adapters.openai.client import EmbeddingsClient, Patience, TextsRefusedError
from bastide.models.contract import Vectors
from bastide.models.domain.errors import EmbedderError
from bastide.models.domain.tokens import estimated_tokens

DEFAULT_MAX_TOKENS = 512
DEFAULT_BATCH = 32  # what TEI takes at once unless told otherwise
_PASSAGES = Patience(timeout_s=60, attempts=4)
_QUERIES = Patience(timeout_s=5, attempts=2)
_REST_S = 10.0
_SHORTEST_CHARS = 50


@dataclass(frozen=True, slots=True)
class OpenAiModel:
    """A model on a server.

    Attributes:
        model: its name there.
        name: what the organisation calls it; the same name means the same vectors.
        asked_dimensions: for models that can shorten their vectors.
        batch: texts per request at most.
    """

    model: str
    name: str
    asked_dimensions: int | None = None
    max_tokens: int = DEFAULT_MAX_TOKENS
    batch: int = DEFAULT_BATCH
    query_prefix: str = ""
    passage_prefix: str = ""


class OpenAiEncoder:
    """`Encoder` over HTTP.

    What a server refuses as too much is asked again in halves: they differ in how many texts and tokens they
    take at once. After a question that got no answer, questions rest for a while: search need not wait for a
    server that is away.
    """

    def __init__(self, model: OpenAiModel, client: EmbeddingsClient) -> None:
        self._model = model
        self._client = client
        self._resting_until = 0.0

    @property
    def name(self) -> str:
        return self._model.name

    @property
    def fingerprint(self) -> str:
        """Not of the address: the same model gives the same vectors elsewhere."""
        one = self._model
        parts = (one.model, one.asked_dimensions, one.max_tokens, one.query_prefix, one.passage_prefix)
        return f"openai:{one.name}:{hashlib.sha256(repr(parts).encode()).hexdigest()[:12]}"

    @property
    def max_tokens(self) -> int:
        return self._model.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimated_tokens(text) for text in texts]

    async def passages(self, texts: Sequence[str]) -> Vectors:
        return await self._all([self._model.passage_prefix + text for text in texts], _PASSAGES)

    async def queries(self, texts: Sequence[str], *, hurried: bool = True) -> Vectors:
        prefixed = [self._model.query_prefix + text for text in texts]
        if not hurried:
            return await self._all(prefixed, _PASSAGES)
        if monotonic() < self._resting_until:
            raise EmbedderError(f"The embedder {self.name!r} did not answer a moment ago.", name=self.name)
        try:
            return await self._all(prefixed, _QUERIES)
        except EmbedderError:
            self._resting_until = monotonic() + _REST_S
            raise

    async def close(self) -> None:
        await self._client.close()

    async def _all(self, texts: Sequence[str], patience: Patience) -> Vectors:
        size = self._model.batch
        parts = [
            await self._batch(texts[first : first + size], patience) for first in range(0, len(texts), size)
        ]
        return _unit(np.concatenate(parts))

    async def _batch(self, texts: Sequence[str], patience: Patience) -> Vectors:
        try:
            return await self._client.embed(self._model.model, texts, self._model.asked_dimensions, patience)
        except TextsRefusedError:
            if len(texts) > 1:
                middle = len(texts) // 2
                return np.concatenate(
                    [await self._batch(part, patience) for part in (texts[:middle], texts[middle:])]
                )
            if len(texts[0]) <= _SHORTEST_CHARS:
                raise
            return await self._batch([texts[0][: len(texts[0]) // 2]], patience)


def _unit(vectors: Vectors) -> Vectors:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)
