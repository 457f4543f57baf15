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
# The words and the search together, fitted on one half of the French questions as the product's search
# answers them, each also with every passage of the right article taken away; the search weighs less than
# fitted.
_WORDS, _SEARCH, _BIAS = 0.9, 0.6, 0.2
_LEAST = 0.01
_ENOUGH = 0.5  # a search that has found nothing makes doubtful; one that has found something proves nothing


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence in its place. `confidence` 0..1: how likely it holds the answer."""

    candidate: Candidate
    confidence: float


def ranked(candidates: Sequence[Candidate], relevance: float) -> list[Ranked]:
    """Best first; equal ones in the order of the passages.

    `relevance`: the search's score of its best passage, 0..1, not relative to anything: whether there is a
    passage about the question at all.
    """
    order = sorted(candidates, key=lambda item: -_sum(_ORDER, item.features))
    found = _BIAS + _SEARCH * _logit(min(relevance, _ENOUGH))
    return [Ranked(item, _logistic(found + _WORDS * _words(item.features))) for item in order]


def _words(features: Features) -> float:
    """How sure the words of the sentence and its surroundings make, from -∞ to ∞."""
    return _CONFIDENCE_BIAS + _sum(_CONFIDENCE, features)


def _logit(share: float) -> float:
    share = min(max(share, _LEAST), 1 - _LEAST)
    return math.log(share / (1 - share))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def _sum(weights: Features, features: Features) -> float:
    return sum(map(operator.mul, weights, features))
