"""Measures of how well each sentence of some passages fits a question."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from bastide.models.domain.reader.evidence import evidence
from bastide.models.domain.reader.questions import Question
from bastide.models.domain.reader.reading import Sentence, Source, Stemmer, Text, read
from bastide.models.domain.reader.terms import NO_MATCH, Match, Rarity, Terms, given_words, terms_of
from bastide.models.domain.reader.words import function_words

_K1, _B = 1.2, 0.5  # of BM25; sentences differ less in length than documents, hence the small B
_LEANING = re.compile(
    r"(?:ils?|elles?|celui|celles?|ceux|ce|cet|cette|ces|cela|ça|leurs?|ses|son|sa|on|y|"
    r"it|its|they|their|he|she|his|her|this|that|these|those)\b",
    re.IGNORECASE,
)


class Features(NamedTuple):
    """Each about 0..1; the weights of the ranking have the same shape. Shares are of the question's weight.

    Attributes:
        coverage: share of the question that the sentence has word for word (in its stems).
        family: … that it has in another word of the same family only.
        synonyms: … that it has in a synonym only.
        bm25: BM25 of the sentence, relative to the most that the question could give.
        best_bm25: … relative to the best sentence's.
        pairs: share of the question's neighbouring terms that are neighbours here.
        phrase: longest run of words shared with the question.
        previous, following: share that only the sentence before, the one after, has.
        earlier: … that only sentences before the previous one have.
        around: … that only farther sentences of the passage have.
        leaning: `previous` again if the sentence refers back ("It …", « Celle-ci … ») or follows a question.
        heading: share that is in the title or the headings, and not in the sentence.
        passage: share that the whole passage has.
        missing: share of the question's names and numbers that neither the passage nor its headings have.
        short: 1 ÷ number of the question's terms: the shorter, the less a match says.
        score: of the search, relative to the best passage's.
        rank: 1, ½, ⅓ … of the passage.
        evidence: whether there is a sign of the expected kind of answer.
        news: how much the sentence says beyond the question.
        long: how far it is longer than 30 words.
    """

    coverage: float = 0.0
    family: float = 0.0
    synonyms: float = 0.0
    bm25: float = 0.0
    best_bm25: float = 0.0
    pairs: float = 0.0
    phrase: float = 0.0
    previous: float = 0.0
    following: float = 0.0
    earlier: float = 0.0
    around: float = 0.0
    leaning: float = 0.0
    heading: float = 0.0
    passage: float = 0.0
    missing: float = 0.0
    short: float = 0.0
    score: float = 0.0
    rank: float = 0.0
    evidence: float = 0.0
    news: float = 0.0
    long: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: `source` is an index, `start` and `end` are offsets in that source's text."""

    source: int
    start: int
    end: int
    features: Features


def candidates(question: Question, sources: Sequence[Source]) -> list[Candidate]:
    """The sentences of the sources that could answer, best source first, with their features, in order."""
    stemmer = Stemmer()
    texts = [read(source, stemmer) for source in sources]
    everything = [sentence for text in texts for sentence in text.sentences]
    if not everything:
        return []
    rarity = Rarity(sentence.distinct for sentence in everything)
    languages = {source.language for source in sources}
    terms = {language: terms_of(question, language, rarity, stemmer) for language in languages}
    if not any(_speaks_of_it(text, terms[text.source.language]) for text in texts):
        return []
    meter = _Meter(question, terms, sum(len(sentence.stems) for sentence in everything) / len(everything))
    found = [candidate for place, text in enumerate(texts) for candidate in meter.of_text(place, text)]
    best = max((candidate.features.bm25 for candidate in found), default=0.0) or 1.0
    return [
        replace(candidate, features=candidate.features._replace(best_bm25=candidate.features.bm25 / best))
        for candidate in found
    ]


def _speaks_of_it(text: Text, terms: Terms) -> bool:
    """Whether it has a word that a follow-up brings: "And football?" asks nothing of what came before."""
    if not terms.subject:
        return True
    found = terms.match(text.heading.union(*(sentence.distinct for sentence in text.sentences)))
    return not terms.subject.isdisjoint(found.near | found.synonyms)


class _Meter:
    """Measures sentences against one question."""

    def __init__(self, question: Question, terms: Mapping[str, Terms], mean_words: float) -> None:
        self._kind = question.kind
        self._given = given_words(question)
        self._terms = terms
        self._mean_words = mean_words or 1.0

    def of_text(self, place: int, text: Text) -> list[Candidate]:
        terms = self._terms[text.source.language]
        matches = [terms.match(sentence.distinct) for sentence in text.sentences]
        whole = frozenset[str]().union(*(match.near for match in matches))
        in_heading = frozenset(term for term in terms.weights if term in text.heading)
        shared = Features(
            passage=terms.worth(whole),
            missing=_share(terms.names, terms.names - whole - in_heading),
            short=1 / max(1, len(terms.weights)),
            score=text.source.score,
            rank=1 / (1 + place),
        )
        return [
            Candidate(
                place,
                sentence.start,
                sentence.end,
                self._own(
                    self._surroundings(
                        shared, terms, matches, at, in_heading | (sentence.header & terms.weights.keys())
                    ),
                    terms,
                    text,
                    at,
                    matches[at],
                ),
            )
            for at, sentence in enumerate(text.sentences)
            if not _is_empty(text, at, matches[at])
        ]

    def _surroundings(
        self, shared: Features, terms: Terms, matches: Sequence[Match], at: int, in_heading: frozenset[str]
    ) -> Features:
        own = matches[at].near
        before = (matches[at - 1] if at else NO_MATCH).near
        after = (matches[at + 1] if at + 1 < len(matches) else NO_MATCH).near
        earlier = frozenset[str]().union(*(match.near for match in matches[: max(0, at - 1)]))
        later = frozenset[str]().union(*(match.near for match in matches[at + 2 :]))
        return shared._replace(
            previous=terms.worth(before - own),
            following=terms.worth(after - own),
            earlier=terms.worth(earlier - own - before),
            around=terms.worth((earlier | later) - own - before - after),
            heading=terms.worth(in_heading - own),
        )

    def _own(self, features: Features, terms: Terms, text: Text, at: int, match: Match) -> Features:
        sentence = text.sentences[at]
        coverage = terms.worth(match.exact)
        leans = _LEANING.match(sentence.text) or (at and _asks(text.sentences[at - 1]))
        words = len(sentence.stems)
        return features._replace(
            coverage=coverage,
            family=terms.worth(match.near) - coverage,
            synonyms=terms.worth(match.synonyms),
            bm25=self._bm25(sentence, match.exact, terms) / terms.total,
            pairs=_pairs(sentence, terms),
            phrase=min(1.0, max(0, _longest_run(sentence.stems, terms.phrase) - 1) / 4),
            leaning=features.previous if leans else 0.0,
            evidence=evidence(
                self._kind, self._given.sub("", sentence.text) if self._given else sentence.text
            ),
            news=min(1.0, (len(sentence.distinct) - len(match.exact)) / 10),
            long=min(1.0, max(0, words - 30) / 40),
        )

    def _bm25(self, sentence: Sentence, exact: frozenset[str], terms: Terms) -> float:
        counts = Counter(stem for stem in sentence.stems if stem in exact)
        norm = _K1 * (1 - _B + _B * len(sentence.stems) / self._mean_words)
        return sum(terms.weights[term] * n * (_K1 + 1) / (n + norm) for term, n in counts.items())


def _is_empty(text: Text, at: int, match: Match) -> bool:
    """Whether it answers nothing: a question, the first row of a table, or only words that were given."""
    sentence = text.sentences[at]
    if _asks(sentence):
        return True
    if not sentence.header and at + 1 < len(text.sentences) and text.sentences[at + 1].header:
        return True
    said = {stem for stem in sentence.distinct - match.near - text.heading if len(stem) > 1}
    return said <= function_words(text.source.language)


def _share(wanted: frozenset[str], found: frozenset[str]) -> float:
    return len(wanted & found) / len(wanted) if wanted else 0.0


def _asks(sentence: Sentence) -> bool:
    return sentence.text.rstrip('»"” \u00a0\u202f').endswith("?")


def _pairs(sentence: Sentence, terms: Terms) -> float:
    """Neighbours: at most two words between."""
    if len(terms.weights) < 2:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, stem in enumerate(sentence.stems):
        if stem in terms.weights:
            places.setdefault(stem, []).append(place)
    near = sum(
        any(0 < abs(there - here) <= 3 for here in places.get(one, ()) for there in places.get(other, ()))
        for one, other in pairwise(terms.weights)
    )
    return near / (len(terms.weights) - 1)


def _longest_run(words: Sequence[str], phrase: Sequence[str]) -> int:
    """Length of the longest run of words that both have (longest common substring)."""
    where: dict[str, list[int]] = {}
    for place, word in enumerate(phrase):
        where.setdefault(word, []).append(place)
    longest, runs = 0, dict[int, int]()
    for word in words:
        runs = {place: runs.get(place - 1, 0) + 1 for place in where.get(word, ())}
        longest = max(longest, *runs.values()) if runs else longest
    return longest
