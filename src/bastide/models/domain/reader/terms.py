"""The question's words as they are looked for in sentences of one language."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bastide.models.domain.reader.questions import Question
from bastide.models.domain.reader.reading import Stemmer
from bastide.models.domain.reader.stems import ROOT_LETTERS, root
from bastide.models.domain.reader.synonyms import related_stems
from bastide.models.domain.reader.words import words_of

# Among a few sentences every word is rare: count as if there were so many.
_FEWEST = 30
# Against 1 for the other words.
_ASKING_WEIGHT = 0.4
_BEFORE_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Match:
    """The terms that a sentence has: exactly; these and in words of their families; as synonyms only."""

    exact: frozenset[str]
    near: frozenset[str]
    synonyms: frozenset[str]


NO_MATCH = Match(frozenset(), frozenset(), frozenset())


@dataclass(frozen=True, slots=True)
class Terms:
    """What is looked for.

    Attributes:
        weights: terms in the order of the question; the rarer in what is read, the more they weigh.
        total: the sum of the weights, never 0.
        phrase: all words of the question, stemmed.
        names: those of the terms that are proper names or numbers.
        subject: those of the terms that the question itself brings, where it leans on the one before.
    """

    weights: Mapping[str, float]
    total: float
    phrase: tuple[str, ...]
    names: frozenset[str]
    subject: frozenset[str]
    _roots: Mapping[str, frozenset[str]]
    _related: Mapping[str, frozenset[str]]

    def match(self, stems: frozenset[str]) -> Match:
        """Terms among these stems."""
        exact = frozenset(term for term in self.weights if term in stems)
        near, synonyms = set(exact), set[str]()
        for stem in stems:
            if len(stem) >= ROOT_LETTERS and (family := self._roots.get(root(stem))):
                near |= family
            if (same := self._related.get(stem)) is not None:
                synonyms |= same
        return Match(exact, frozenset(near), frozenset(synonyms - near))

    def worth(self, terms: Iterable[str]) -> float:
        """The terms' share of the question, 0..1."""
        return sum(self.weights[term] for term in terms) / self.total


class Rarity:
    """How rare a stem is among the sentences that are read (inverse document frequency as in BM25)."""

    def __init__(self, sentences: Iterable[frozenset[str]]) -> None:
        everything = list(sentences)
        self._count = max(_FEWEST, len(everything))
        self._frequency = Counter(stem for distinct in everything for stem in distinct)

    def of(self, stem: str) -> float:
        frequency = self._frequency[stem]
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))


def terms_of(question: Question, language: str, rarity: Rarity, stemmer: Stemmer) -> Terms:
    """The question's terms for texts of a language."""
    weights: dict[str, float] = {}
    for word, term in zip(question.content, stemmer(question.content, language), strict=True):
        weights.setdefault(term, rarity.of(term) * _importance(question, word))
    return Terms(
        weights=weights,
        total=sum(weights.values()) or 1.0,
        phrase=stemmer(words_of(question.text), language),
        names=frozenset(stemmer(tuple(question.names), language)),
        subject=frozenset(stemmer(tuple(question.subject), language)) if question.before else frozenset(),
        _roots=_inverted({term: [root(term)] for term in weights if len(term) >= ROOT_LETTERS}),
        _related=_inverted({term: related_stems(term, language) for term in weights}),
    )


def _importance(question: Question, word: str) -> float:
    if word in question.before:
        return _BEFORE_WEIGHT
    return _ASKING_WEIGHT if word in question.asking else 1.0


def _inverted(lists: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, values in lists.items():
        for value in values:
            found.setdefault(value, set()).add(key)
    return {value: frozenset(keys) for value, keys in found.items()}


def given_words(question: Question) -> re.Pattern[str] | None:
    """Finds the names and numbers that the question itself gives: they are no answer to it."""
    given = {word for word in re.findall(r"\w+", question.text) if word[0].isupper() or word[0].isdigit()}
    if not given:
        return None
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(given, key=len, reverse=True)))})\b")
