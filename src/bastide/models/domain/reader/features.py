"""Measures of how well each sentence of some passages fits a question. Each is about 0..1."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bastide.kit.sentences import sentences
from bastide.models.domain.reader.evidence import evidence
from bastide.models.domain.reader.questions import Question
from bastide.models.domain.reader.stems import root, stem
from bastide.models.domain.reader.words import function_words, words_of

FEATURES = (
    "bias",
    "coverage",
    "partial",
    "bm25",
    "best_bm25",
    "pairs",
    "tight",
    "previous",
    "next",
    "around",
    "heading",
    "passage",
    "passage_coverage",
    "evidence",
    "evidence_coverage",
    "names",
    "news",
    "short",
    "long",
    "asks",
    "rank",
    "first",
)
_K1, _B = 1.2, 0.5
_ASKING_WEIGHT = 0.4
_PARTIAL = 0.6


@dataclass(frozen=True, slots=True)
class Source:
    """A passage to read: `score` relative to the best one's, `heading` its title and heading path."""

    text: str
    score: float
    heading: str
    language: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence: `source` is an index, `start` and `end` are offsets in that source's text."""

    source: int
    start: int
    end: int
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Sentence:
    source: int
    start: int
    end: int
    text: str
    stems: tuple[str, ...]


class _Stemmer:
    """Remembers what it stemmed while one question is answered."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def __call__(self, words: Sequence[str], language: str) -> tuple[str, ...]:
        known = self._known
        result: list[str] = []
        for word in words:
            key = (word, language)
            if (found := known.get(key)) is None:
                found = known[key] = stem(word, language)
            result.append(found)
        return tuple(result)


def candidates(question: Question, sources: Sequence[Source]) -> list[Candidate]:
    """Every sentence of the sources with its features, in order."""
    stemmer = _Stemmer()
    read = [_read(index, source, stemmer) for index, source in enumerate(sources)]
    everything = [sentence for sentences_ in read for sentence in sentences_]
    if not everything:
        return []
    weigher = _Weigher(question, everything, stemmer)
    found: list[Candidate] = []
    for rank, (source, inside) in enumerate(zip(sources, read, strict=True)):
        found += _of_source(weigher, source, rank, inside)
    best = max(candidate.features[3] for candidate in found) or 1.0
    return [
        Candidate(
            item.source,
            item.start,
            item.end,
            (*item.features[:4], item.features[3] / best, *item.features[5:]),
        )
        for item in found
    ]


def _read(index: int, source: Source, stemmer: _Stemmer) -> list[_Sentence]:
    return [
        _Sentence(
            index,
            start,
            end,
            text := source.text[start:end],
            stemmer(words_of(text), source.language),
        )
        for start, end in sentences(source.text)
    ]


class _Weigher:
    """The question's terms, and what each is worth among these sentences."""

    def __init__(self, question: Question, everything: Sequence[_Sentence], stemmer: _Stemmer) -> None:
        self.question = question
        self.stemmer = stemmer
        self.terms = {
            language: tuple(dict.fromkeys(stemmer(question.content, language))) for language in ("fr", "en")
        }
        self.mean_length = sum(len(sentence.stems) for sentence in everything) / len(everything) or 1.0
        self._count = len(everything)
        self._frequency = Counter(term for sentence in everything for term in set(sentence.stems))
        asking = {language: set(stemmer(tuple(question.asking), language)) for language in ("fr", "en")}
        self.weights = {
            language: {
                term: self._idf(term) * (_ASKING_WEIGHT if term in asking[language] else 1.0)
                for term in terms
            }
            for language, terms in self.terms.items()
        }
        self.names = {language: set(stemmer(tuple(question.names), language)) for language in ("fr", "en")}
        self.empty = {language: function_words(language) for language in ("fr", "en")}
        given = sorted(
            {word for word in re.findall(r"\w+", question.text) if word[:1].isupper() or word[:1].isdigit()},
            key=len,
            reverse=True,
        )
        self.given = re.compile(rf"\b(?:{'|'.join(map(re.escape, given))})\b") if given else None

    def _idf(self, term: str) -> float:
        frequency = self._frequency[term]
        return math.log(1 + (self._count - frequency + 0.5) / (frequency + 0.5))


def _of_source(weigher: _Weigher, source: Source, rank: int, inside: Sequence[_Sentence]) -> list[Candidate]:
    language = source.language
    weights = weigher.weights[language]
    total = sum(weights.values()) or 1.0
    heading = set(weigher.stemmer(words_of(source.heading), language))
    sets = [set(sentence.stems) for sentence in inside]
    roots = [{root(s) for s in stems if len(s) >= 4} for stems in sets]
    matched = [{term for term in weights if term in stems} for stems in sets]
    matched_roots = [
        {t for t in weights if t in matched_ or (len(t) >= 4 and root(t) in roots_)}
        for matched_, roots_ in zip(matched, roots, strict=True)
    ]
    whole = set[str]().union(*matched_roots)

    def worth(terms: set[str]) -> float:
        return sum(weights[term] for term in terms) / total

    found: list[Candidate] = []
    for position, sentence in enumerate(inside):
        own = matched[position]
        near = matched_roots[position]
        before = matched_roots[position - 1] if position else set[str]()
        after = matched_roots[position + 1] if position + 1 < len(inside) else set[str]()
        bm25 = _bm25(sentence, own, weights, weigher.mean_length)
        coverage = worth(own)
        partial = worth(near)
        text = weigher.given.sub("", sentence.text) if weigher.given else sentence.text
        sign = evidence(weigher.question.kind, text)
        names = weigher.names[language]
        words = len(sentence.stems)
        news = len(sets[position]) - len(own)
        features = (
            1.0,
            coverage,
            partial - coverage,
            bm25 / total,
            0.0,
            _pairs(sentence, weights),
            _tightness(sentence, own),
            worth(before - near),
            worth(after - near),
            worth(whole - near - before - after),
            worth({t for t in weights if t in heading} - near),
            source.score,
            worth(whole),
            sign,
            sign * partial,
            len(names & own) / len(names) if names else 0.0,
            min(1.0, news / 10),
            1.0 if words < 5 else 0.0,
            min(1.0, max(0, words - 30) / 40),
            1.0 if sentence.text.rstrip('»"” ').endswith("?") else 0.0,
            1 / (1 + rank),
            1.0 if position == 0 else 0.0,
        )
        found.append(Candidate(sentence.source, sentence.start, sentence.end, features))
    return found


def _bm25(sentence: _Sentence, own: set[str], weights: dict[str, float], mean: float) -> float:
    counts = Counter(term for term in sentence.stems if term in own)
    norm = _K1 * (1 - _B + _B * len(sentence.stems) / mean)
    return sum(weights[term] * count * (_K1 + 1) / (count + norm) for term, count in counts.items())


def _pairs(sentence: _Sentence, weights: dict[str, float]) -> float:
    """Share of neighbours in the question that are neighbours (at most two words between) here too."""
    terms = list(weights)
    if len(terms) < 2:
        return 0.0
    places: dict[str, list[int]] = {}
    for place, term in enumerate(sentence.stems):
        if term in weights:
            places.setdefault(term, []).append(place)
    near = sum(
        any(0 < abs(there - here) <= 3 for here in places.get(one, ()) for there in places.get(other, ()))
        for one, other in pairwise(terms)
    )
    return near / (len(terms) - 1)


def _tightness(sentence: _Sentence, own: set[str]) -> float:
    """How close together the matched terms stand, 1 when nothing lies between them."""
    if len(own) < 2:
        return 0.0
    first: dict[str, int] = {}
    for place, term in enumerate(sentence.stems):
        if term in own:
            first.setdefault(term, place)
    places = sorted(first.values())
    return (len(places) - 1) / max(1, places[-1] - places[0])
