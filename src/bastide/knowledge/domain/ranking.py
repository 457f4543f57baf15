"""One score from two stages, by their values and not by their ranks.

A rank says nothing of how good the best candidate is; adding up ranks lets a stage that finds nothing alike
push down what the other stage knows for sure. Both stages give values that mean the same for every query: the
cosine of the vectors, and the share of the query's words (by their weight) that a passage has.
"""

from math import exp

# On public sets in French and English, passages that answer lie between .35 and .75 before this, the best
# passages of a corpus about something else between .1 and .4.
_STEEPNESS = 10.0
_MIDDLE = 0.45


def dense_share(trust: float) -> float:
    """How much of the score the vectors decide: words are trusted fully, the embedder by `trust` (0..1)."""
    return trust / (1.0 + trust)


def relevance(dense: float | None, lexical: float | None, trust: float) -> float:
    """0..1, rising with both stages; 0.5 is about where passages begin to answer more often than not.

    Args:
        dense: cosine of query and passage; None where there is no vector.
        lexical: 0..1; None when no word of the query is in the passage.
        trust: of the embedder in the query's language, 0..1.
    """
    share = dense_share(trust) if dense is not None else 0.0
    mixed = share * max(dense or 0.0, 0.0) + (1.0 - share) * (lexical or 0.0)
    return 1.0 / (1.0 + exp(-_STEEPNESS * (mixed - _MIDDLE)))
