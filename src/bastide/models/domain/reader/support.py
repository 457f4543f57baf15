"""Whether a sentence of an answer is supported by a sentence of its sources."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bastide.kit.sentences import sentences
from bastide.models.domain.reader.reading import Source
from bastide.models.domain.reader.stems import ROOT_LETTERS, root, stem
from bastide.models.domain.reader.words import function_words, guess_language, words_of

SUPPORTED = 0.4
_NUMBER_WEIGHT = 2.0
_MISSING_NUMBER = 0.5
_NEIGHBOUR = 0.5
_CAPITALISED = re.compile(r"(?<!^)(?<![.?!:«“\"]\s)\b[^\W\d_]\w+")


@dataclass(frozen=True, slots=True)
class Supporting:
    """A sentence and the share (0..1) of a statement that it covers, if the two can be compared."""

    source: int
    start: int
    end: int
    share: float
    comparable: bool


def supporting(statement: str, sources: Sequence[Source]) -> Supporting | None:
    """The sentence that covers most of the statement; the first of equals; None when there is none."""
    words = words_of(statement)
    language = guess_language(words, sources[0].language if sources else "en")
    best: Supporting | None = None
    for index, source in enumerate(sources):
        terms = _terms(statement, words, language, source.language)
        found = _best_of(index, source, terms)
        if found is not None and (best is None or found.share > best.share):
            best = found
    return best


def _terms(statement: str, words: Sequence[str], language: str, read: str) -> dict[str, float]:
    """What to look for, by weight. Over a border of languages only numbers and names can be found."""
    empty = function_words(language)
    weights = {word: _NUMBER_WEIGHT if word[0].isdigit() else 1.0 for word in words if word not in empty}
    if language != read:
        names = {
            word
            for found in _CAPITALISED.findall(statement)
            if found[0].isupper()
            for word in words_of(found)
        }
        weights = {word: weight for word, weight in weights.items() if word[0].isdigit() or word in names}
    return {stem(word, read): weight for word, weight in weights.items()}


def _best_of(index: int, source: Source, terms: dict[str, float]) -> Supporting | None:
    spans = sentences(source.text)
    if not spans:
        return None
    total = sum(terms.values())
    if not total:
        return Supporting(index, *spans[0], share=0.0, comparable=False)
    heading = _covered(terms, source.heading, source.language)
    covered = [_covered(terms, source.text[start:end], source.language) for start, end in spans]
    everywhere = heading.union(*covered)
    missing = any(term[0].isdigit() and term not in everywhere for term in terms)
    shares: list[float] = []
    for place, own in enumerate(covered):
        near = heading.union(*covered[max(0, place - 1) : place + 2]) - own
        share = (_worth(terms, own) + _NEIGHBOUR * _worth(terms, near)) / total
        shares.append(share * (_MISSING_NUMBER if missing else 1.0))
    place = max(range(len(spans)), key=lambda at: (shares[at], -at))
    return Supporting(index, *spans[place], share=shares[place], comparable=True)


def _covered(terms: dict[str, float], text: str, language: str) -> set[str]:
    stems = {stem(word, language) for word in words_of(text)}
    roots = {root(found) for found in stems if len(found) >= ROOT_LETTERS}
    return {term for term in terms if term in stems or (len(term) >= ROOT_LETTERS and root(term) in roots)}


def _worth(terms: dict[str, float], covered: set[str]) -> float:
    return sum(terms[term] for term in covered)
