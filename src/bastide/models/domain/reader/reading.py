"""Passages taken apart into sentences of stems."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.kit.sentences import sentences
from bastide.models.domain.reader.stems import stem
from bastide.models.domain.reader.words import words_of


@dataclass(frozen=True, slots=True)
class Source:
    """A passage to read.

    Attributes:
        score: of the search, relative to the best passage's (0..1).
        heading: its title and the headings above it.
        language: `fr` or `en`.
    """

    text: str
    score: float
    heading: str
    language: str


_CELL = " | "


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` stands at `start:end` of its source; `header`: the stems of its table's first row."""

    text: str
    start: int
    end: int
    stems: tuple[str, ...]
    distinct: frozenset[str]
    header: frozenset[str] = frozenset()

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return _CELL in self.text


@dataclass(frozen=True, slots=True)
class Text:
    """A source that was read."""

    source: Source
    heading: frozenset[str]
    sentences: tuple[Sentence, ...]


class Stemmer:
    """Remembers what it stemmed while one question is answered: the same words come again and again."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def __call__(self, words: Sequence[str], language: str) -> tuple[str, ...]:
        return tuple(self._stem(word, language) for word in words)

    def _stem(self, word: str, language: str) -> str:
        key = (word, language)
        if (known := self._known.get(key)) is None:
            known = self._known[key] = stem(word, language)
        return known


def read(source: Source, stemmer: Stemmer) -> Text:
    """Take a source apart."""
    language = source.language
    found: list[Sentence] = []
    for start, end in sentences(source.text):
        text = source.text[start:end]
        stems = stemmer(words_of(text), language)
        sentence = Sentence(text, start, end, stems, frozenset(stems))
        if sentence.is_row and found and found[-1].is_row:
            sentence = replace(sentence, header=found[-1].header or found[-1].distinct)
        found.append(sentence)
    return Text(source, frozenset(stemmer(words_of(source.heading), language)), tuple(found))
