"""Examine an encoder; afterwards it is an embedder like any other."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bastide.models.contract import Vectors
from bastide.models.domain.acquaintance.acquaintance import Acquaintance, Scale, scale_of
from bastide.models.domain.acquaintance.examination import EXAMINATIONS
from bastide.models.domain.errors import EmbedderChangedError
from bastide.models.ports import Encoder


async def get_acquainted(encoder: Encoder) -> Acquaintance:
    """Two calls of 24 short texts per language. Raises EmbedderError."""
    scales: dict[str, Scale] = {}
    dimensions = 0
    for language, examination in EXAMINATIONS.items():
        questions = await encoder.queries([question for question, _ in examination], hurried=False)
        passages = await encoder.passages([passage for _, passage in examination])
        scales[language] = scale_of(questions, passages)
        dimensions = passages.shape[1]
    return Acquaintance(dimensions, scales)


class KnownEmbedder:
    """`Embedder` of an encoder that was examined."""

    def __init__(self, encoder: Encoder, acquaintance: Acquaintance) -> None:
        self._encoder = encoder
        self._acquaintance = acquaintance

    @property
    def name(self) -> str:
        return self._encoder.name

    @property
    def fingerprint(self) -> str:
        return self._encoder.fingerprint

    @property
    def dimensions(self) -> int:
        return self._acquaintance.dimensions

    @property
    def max_tokens(self) -> int:
        return self._encoder.max_tokens

    def trust(self, language: str) -> float:
        return self._acquaintance.trust(language)

    def likeness(self, cosine: float, language: str) -> float:
        return self._acquaintance.likeness(cosine, language)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._encoder.count_tokens(texts)

    async def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimensions), np.float32)
        return self._checked(await self._encoder.passages(texts))

    async def embed_query(self, text: str) -> npt.NDArray[np.float32]:
        return self._checked(await self._encoder.queries([text]))[0]

    def _checked(self, vectors: Vectors) -> Vectors:
        """A server may have got another model under the same name."""
        if vectors.shape[1] != self.dimensions:
            raise EmbedderChangedError(
                f"The embedder {self.name!r} gives {vectors.shape[1]} dimensions and gave {self.dimensions} "
                "before: another model has taken its name. Restart with another `name` in `embedder_url`.",
                dimensions=vectors.shape[1],
                expected=self.dimensions,
            )
        return vectors
