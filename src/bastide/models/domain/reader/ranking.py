"""Orders sentences by how well they answer, and says how sure that is.

Both are weighted sums of the features. The weights were fitted on one half of a public set of French
questions (conditional logit for the order, logistic regression for the confidence) and checked on the other.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bastide.models.domain.reader.features import FEATURES, Candidate

_ORDER = {
    "coverage": 1.4, "partial": 3.3, "bm25": 0.5, "best_bm25": 1.2, "pairs": 1.2, "tight": -0.2,
    "previous": 0.5, "next": -1.1, "around": -1.6, "heading": 3.4, "passage": 4.6, "passage_coverage": 1.5,
    "evidence": 2.2, "evidence_coverage": 0.2, "news": 0.6, "short": 0.2, "long": 0.5, "asks": -0.3,
    "rank": 0.8,
}  # fmt: skip
_CONFIDENCE = {
    "bias": -2.32, "coverage": 1.60, "partial": 0.93, "pairs": 1.64, "heading": 2.51,
    "passage_coverage": 2.01, "evidence": 0.12, "names": 0.84, "previous": 0.11, "next": -0.45, "news": -1.04,
}  # fmt: skip
_ORDER_WEIGHTS = tuple(_ORDER.get(name, 0.0) for name in FEATURES)
_CONFIDENCE_WEIGHTS = tuple(_CONFIDENCE.get(name, 0.0) for name in FEATURES)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence in its place. `confidence` 0..1: how likely it holds the answer."""

    candidate: Candidate
    confidence: float


def ranked(candidates: Sequence[Candidate]) -> list[Ranked]:
    """Best first; equal ones in the order of the passages."""
    order = sorted(candidates, key=lambda item: -_sum(_ORDER_WEIGHTS, item))
    return [Ranked(item, _sigmoid(_sum(_CONFIDENCE_WEIGHTS, item))) for item in order]


def _sum(weights: Sequence[float], candidate: Candidate) -> float:
    return sum(weight * value for weight, value in zip(weights, candidate.features, strict=True))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
