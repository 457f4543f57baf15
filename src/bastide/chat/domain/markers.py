"""Finds citation marks (`[1]`, `[1, 3]`, `【2】`) in a text that arrives in pieces."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MARKER = re.compile(
    r"[ \u00a0]?(?:\[\^?(?P<list>\d{1,2}(?:\s?[,;]\s?\d{1,2})*)\]|【(?P<wide>\d{1,2})[^【】\[\]\n]{0,20}】)"
)
# What may still become a mark when more text comes.
_OPEN = re.compile(
    r"[ \u00a0]?(?:\[\^?(?:\d{1,2}(?:\s?[,;]\s?\d{1,2})*\s?[,;]?\s?)?|【(?:\d{1,2}[^【】\[\]\n]{0,20})?)?$"
)
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Marker:
    """The numbers of one mark, as the model wrote them; `lead` is the blank before it."""

    numbers: tuple[int, ...]
    lead: str


class MarkerScanner:
    """Splits a stream of text into plain text and marks; holds back what may be the beginning of a mark."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> Iterator[str | Marker]:
        """Plain text (never empty) and marks, in order."""
        text = self._held + text
        self._held = ""
        position = 0
        for match in _MARKER.finditer(text):
            if match.start() > position:
                yield text[position : match.start()]
            lead = match.group()[:1] if match.group()[0] in " \u00a0" else ""
            yield Marker(tuple(map(int, _NUMBER.findall(match["list"] or match["wide"]))), lead)
            position = match.end()
        rest = text[position:]
        open_ = _OPEN.search(rest)
        at = open_.start() if open_ else len(rest)
        self._held = rest[at:]
        if at:
            yield rest[:at]

    def rest(self) -> str:
        """What was held back, at the end of the stream."""
        held, self._held = self._held, ""
        return held
