"""Texts become sparse vectors whose dot product, weighted by IDF, is BM25 (Robertson et al., 1994).

One sparse vector per language family, so that term statistics are those of the language's passages. A query
goes through every analyser: it finds names and numbers in passages of any language, and a wrongly detected
language costs little.
"""

from collections.abc import Mapping
from types import MappingProxyType

import qdrant_edge as edge

# Passages are cut at about 200 tokens; this is how many of their words are left without stop words.
_AVERAGE_WORDS = 80.0
_SATURATION = 1.2
_LENGTH_WEIGHT = 0.6

_QUESTION_WEIGHT = 0.5
"""Of a question's own words: they say what kind of answer is wanted, and little of what it is about."""
_QUESTION_WORDS = MappingProxyType(
    {
        "fr": "comment combien lequel laquelle lesquels lesquelles pourquoi quand quel quelle quelles quels "
        "quoi",
        "en": "do does how many much what which why",
    }
)

OTHER = "xx"


class Analyser:
    """Of one language: how passages and queries become sparse vectors."""

    def __init__(self, config: edge.Bm25Config, question_words: str = "") -> None:
        self._model = edge.Bm25(config)
        self._question = frozenset(self._model.embed_query(question_words).indices)

    def passage(self, text: str) -> edge.SparseVector:
        return self._model.embed_document(text)

    def query(self, text: str) -> dict[int, float]:
        """Weights by term."""
        terms = self._model.embed_query(text).indices
        return {term: _QUESTION_WEIGHT if term in self._question else 1.0 for term in terms}


def _config(**language: object) -> edge.Bm25Config:
    return edge.Bm25Config(
        k=_SATURATION,
        b=_LENGTH_WEIGHT,
        avg_len=_AVERAGE_WORDS,
        ascii_folding=True,
        **language,  # pyright: ignore[reportArgumentType]
    )


ANALYSERS: Mapping[str, Analyser] = MappingProxyType(
    {
        "fr": Analyser(_config(language="french"), _QUESTION_WORDS["fr"]),
        "en": Analyser(_config(language="english"), _QUESTION_WORDS["en"]),
        OTHER: Analyser(_config(stemmer=edge.DisabledStemmer(), stopwords=edge.StopwordsSet(custom=set()))),
    }
)


def analyser_of(language: str) -> str:
    """Name of the analyser, which is that of the sparse vector, for passages in this language."""
    return language if language in ANALYSERS else OTHER
