"""The answer as it is written: its text, and which sentence cites which passages."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bastide.kit.sentences import sentences


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of the answer, its place in it, and the passages (indices) that it cites."""

    text: str
    start: int
    end: int
    cited: tuple[int, ...]


@dataclass(slots=True)
class Draft:
    """Grows with the stream."""

    text: str = ""
    _bare: str = ""  # the same length, with blanks in place of marks
    _marks: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def write(self, text: str) -> None:
        """Plain text."""
        self.text += text
        self._bare += text

    def mark(self, text: str, passage: int) -> None:
        """A citation mark for the sentence before it."""
        self._marks.append((len(self.text), passage))
        self.text += text
        self._bare += " " * len(text)

    def last_sentence(self) -> str:
        """The sentence that a mark at this place belongs to."""
        spans = sentences(self._bare)
        return self._bare[spans[-1][0] : spans[-1][1]] if spans else ""

    def statements(self) -> Iterator[Statement]:
        """The sentences; a mark belongs to the last sentence that begins before it."""
        spans = sentences(self._bare)
        for place, (start, end) in enumerate(spans):
            following = spans[place + 1][0] if place + 1 < len(spans) else len(self.text) + 1
            cited = tuple(passage for at, passage in self._marks if start <= at < following)
            yield Statement(self._bare[start:end], start, end, cited)
