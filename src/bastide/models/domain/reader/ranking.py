"""Orders sentences by how well they answer, and says how sure that is.

Both are weighted sums of the features. The weights were fitted on one half each of a French and an English
set of questions on encyclopaedia articles (conditional logit for the order; logistic regression for the
confidence, with questions that the passages do not answer among them) and checked on the other halves.
`score` and `rank` weigh less than fitted, because searches differ in how their scores fall off.
"""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass

from bastide.models.domain.reader.features import Candidate, Features

_ORDER = Features(
    coverage=1.7,
    family=2.7,
    synonyms=1.9,
    bm25=0.6,
    best_bm25=1.3,
    pairs=1.0,
    phrase=1.6,
    previous=0.6,
    following=-0.5,
    earlier=0.5,
    around=-1.8,
    leaning=1.4,
    heading=3.2,
    passage=1.5,
    missing=-2.5,
    score=2.5,
    rank=0.2,
    evidence=2.1,
    news=0.6,
    long=0.5,
)
_CONFIDENCE = Features(
    coverage=2.4,
    family=0.9,
    synonyms=0.4,
    pairs=0.9,
    phrase=1.5,
    leaning=0.4,
    heading=1.5,
    passage=1.7,
    missing=-1.7,
    short=-2.7,
    news=-0.9,
)
_CONFIDENCE_BIAS = -1.6


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence in its place. `confidence` 0..1: how likely it holds the answer."""

    candidate: Candidate
    confidence: float


def ranked(candidates: Sequence[Candidate]) -> list[Ranked]:
    """Best first; equal ones in the order of the passages."""
    order = sorted(candidates, key=lambda item: -_sum(_ORDER, item.features))
    return [
        Ranked(item, 1 / (1 + math.exp(-_CONFIDENCE_BIAS - _sum(_CONFIDENCE, item.features))))
        for item in order
    ]


def _sum(weights: Features, features: Features) -> float:
    return sum(map(operator.mul, weights, features))
