"""Texts become sparse vectors whose dot product, weighted by IDF, is BM25 (Robertson et al., 1994).

One sparse vector per language family, so that term statistics are those of the language's passages. A query
goes through every analyser: it finds names and numbers in passages of any language, and a wrongly detected
language costs little.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import qdrant_edge as edge

# Passages are cut at about 200 tokens; this is how many of their words are left without stop words.
_AVERAGE_WORDS = 80.0
_SATURATION = 1.2
_LENGTH_WEIGHT = 0.6

OTHER = "xx"


@dataclass(frozen=True, slots=True)
class Analyser:
    """Of one language: how passages and queries become sparse vectors."""

    passage: Callable[[str], edge.SparseVector]
    query: Callable[[str], edge.SparseVector]


def _analyser(config: edge.Bm25Config) -> Analyser:
    model = edge.Bm25(config)
    return Analyser(model.embed_document, model.embed_query)


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
        "fr": _analyser(_config(language="french")),
        "en": _analyser(_config(language="english")),
        OTHER: _analyser(_config(stemmer=edge.DisabledStemmer(), stopwords=edge.StopwordsSet(custom=set()))),
    }
)


def analyser_of(language: str) -> str:
    """Name of the analyser, which is that of the sparse vector, for passages in this language."""
    return language if language in ANALYSERS else OTHER
