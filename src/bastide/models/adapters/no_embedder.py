"""Search by words alone: serves when there is no embedder, by choice or because none could be fetched."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bastide.kit.errors import UnavailableError
from bastide.models.contract import Vectors
from bastide.models.domain.tokens import estimated_tokens


class NoEmbedderError(UnavailableError):
    """Nothing here turns texts into vectors."""

    code = "embedder.none"


class NoEmbedder:
    """`Embedder` whose vectors say nothing and are trusted by nobody; queries are refused, so that search
    leaves the dense stage out.
    """

    name = "none"
    fingerprint = "none"
    dimensions = 1
    max_tokens = 256

    def trust(self, language: str) -> float:  # noqa: ARG002  # of the port
        return 0.0

    def likeness(self, cosine: float, language: str) -> float:  # noqa: ARG002  # of the port
        return cosine

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [estimated_tokens(text) for text in texts]

    async def embed(self, texts: Sequence[str]) -> Vectors:
        return np.zeros((len(texts), self.dimensions), np.float32)

    async def embed_query(self, text: str) -> npt.NDArray[np.float32]:  # noqa: ARG002  # of the port
        raise NoEmbedderError("There is no embedder: search goes by words alone.")
