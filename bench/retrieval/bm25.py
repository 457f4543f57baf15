"""A plain BM25 search in memory, to compare with."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from bastide.models.domain.reader.stems import stem
from bastide.models.domain.reader.words import function_words, words_of

_K1, _B = 1.2, 0.75


class Bm25:
    """Words without function words, lightly stemmed."""

    def __init__(self, texts: Sequence[str], language: str) -> None:
        self._language = language
        self._ignored = function_words(language)
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        lengths: list[int] = []
        for place, text in enumerate(texts):
            terms = self._terms(text)
            lengths.append(len(terms))
            for term, count in Counter(terms).items():
                self._postings[term].append((place, count))
        mean = (sum(lengths) / len(lengths) if lengths else 0) or 1
        self._norms = [_K1 * (1 - _B + _B * length / mean) for length in lengths]

    def best(self, query: str, count: int, without: Collection[int] = ()) -> list[tuple[int, float]]:
        """Places of the best texts and their scores, best first."""
        scores: dict[int, float] = defaultdict(float)
        total = len(self._norms)
        for term in self._terms(query):
            postings = self._postings.get(term, [])
            rarity = math.log(1 + (total - len(postings) + 0.5) / (len(postings) + 0.5))
            for place, frequency in postings:
                scores[place] += rarity * frequency * (_K1 + 1) / (frequency + self._norms[place])
        order = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
        return [item for item in order if item[0] not in without][:count]

    def reach(self, query: str) -> float:
        """What a text would score that were the best at each term; terms of no text count as rare ones."""
        total = len(self._norms)
        reach = 0.0
        for term in self._terms(query):
            postings = self._postings.get(term, [])
            rarity = math.log(1 + (total - len(postings) + 0.5) / (len(postings) + 0.5))
            best = (count * (_K1 + 1) / (count + self._norms[place]) for place, count in postings)
            reach += rarity * max(best, default=1.0)
        return reach

    def _terms(self, text: str) -> list[str]:
        return [stem(word, self._language) for word in words_of(text) if word not in self._ignored]
