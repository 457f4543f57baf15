"""Finds the matches of one pattern in a text that is still coming."""

from collections.abc import Callable

from bastide.gateway.domain.guardrails.checks import whole
from bastide.gateway.domain.guardrails.engine import Expression
from bastide.gateway.domain.guardrails.patterns import shape_of


class Detector:
    """A pattern, compiled once and shared; it keeps nothing of a text.

    Raises:
        PatternError: RE2 does not take the pattern, or its matches are not bounded.
    """

    def __init__(self, pattern: str, check: Callable[[str], int] = whole) -> None:
        self._matches = Expression(f"(?:{pattern})")
        shape = shape_of(pattern)
        self._begins = Expression(f"(?:{shape.prefixes})\\z")
        self._most = shape.most or 0
        self._check = check

    def scan(self, text: str, position: int, *, complete: bool) -> tuple[list[tuple[int, int]], int]:
        """The matches from `position` on that more text cannot change, and where the next may begin.

        Whatever pieces a text comes in, the matches of all of it are the same: one is given out only when all
        that it depends on is there. `complete`: nothing more comes.
        """
        spans: list[tuple[int, int]] = []
        settled = len(text) if complete else self._settled(text, position)
        while (match := self._matches.search(text, position)) is not None and match[0] < settled:
            start, end = match
            length = self._check(text[start:end])
            position = start + max(length, 1)
            if length:
                spans.append((start, position))
                settled = len(text) if complete else self._settled(text, position)
        return spans, max(position, settled)

    def _settled(self, text: str, position: int) -> int:
        """The first place at which a match may still begin: all before it is decided."""
        found = self._begins.search(text, max(position, len(text) - self._most))
        return len(text) if found is None else found[0]
