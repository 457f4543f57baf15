"""What is known of an embedder after its examination."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bastide.models.domain.acquaintance.examination import SUBJECT

# Of all-MiniLM-L6-v2 in English: on its cosines the curve of the search's scores was measured.
_UNRELATED = 0.035
_SPREAD = 0.074
# Two models were both examined and measured beside BM25: all-MiniLM-L6-v2 stands out by 2.8 in English and
# 0.4 in French, and serves best with a trust of 1.0 and 0.4.
_TRUST_BASE = 0.3
_TRUST_SLOPE = 0.25


@dataclass(frozen=True, slots=True)
class Scale:
    """In one language.

    Attributes:
        trust: 0..1, see `Embedder.trust`.
        unrelated: mean cosine of a question and a passage about something else.
        spread: standard deviation of these cosines.
    """

    trust: float
    unrelated: float
    spread: float


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """`scales` by language (ISO 639-1); at least one."""

    dimensions: int
    scales: Mapping[str, Scale]

    def trust(self, language: str) -> float:
        return self._scale(language).trust

    def likeness(self, cosine: float, language: str) -> float:
        """The cosine as all-MiniLM-L6-v2 would have given it: as far above what is unrelated."""
        scale = self._scale(language)
        return _UNRELATED + (cosine - scale.unrelated) * _SPREAD / scale.spread

    def _scale(self, language: str) -> Scale:
        """Of a language without an examination, the one that it did worst in."""
        return self.scales.get(language) or min(self.scales.values(), key=lambda scale: scale.trust)


def scale_of(questions: npt.NDArray[np.float32], passages: npt.NDArray[np.float32]) -> Scale:
    """Of the vectors of one examination, both (count, dimensions) and of length one, in its order.

    Trust grows with how far right passages stand out from their neighbours: the difference of the mean
    cosines in units of their standard deviation (d′ of signal detection).
    """
    cosines = questions @ passages.T
    subject = np.arange(len(cosines)) // SUBJECT
    right = np.diag(cosines)
    related = subject[:, None] == subject
    neighbours = cosines[related & ~np.eye(len(cosines), dtype=bool)]
    unrelated = cosines[~related]
    deviation = float(np.sqrt((right.var() + neighbours.var()) / 2))
    stands_out = float(right.mean() - neighbours.mean()) / max(deviation, 1e-6)
    trust = min(1.0, _TRUST_BASE + _TRUST_SLOPE * stands_out) if stands_out > 0 else 0.0
    return Scale(round(trust, 3), float(unrelated.mean()), max(float(unrelated.std()), 1e-3))
