"""Applies guardrails to a text that comes in pieces; how it is cut changes nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bastide.gateway.domain.guardrails.rules import Action, Screen

_PIECE = 8192  # characters; a long text is looked at in pieces, so that the work grows with its length only


@dataclass(frozen=True, slots=True)
class Finding:
    """What a screen has found, without the text itself."""

    guardrail_id: str
    name: str
    kind: str
    action: Action


class TextFilter:
    """One text. `feed` gives back what can be passed on, `finish` the rest; `findings` grows meanwhile.

    Only text that a match may still need is held back, and none for the sake of a flag. Nothing of a text is
    given out any more once a match that blocks is found: `blocked`.
    """

    def __init__(self, screens: Sequence[Screen]) -> None:
        self._screens = screens
        self._text = ""
        self._out: int = 0
        self._positions = [0] * len(screens)
        self._masks: list[tuple[int, int, int]] = []
        self.findings: list[Finding] = []
        self.blocked: Finding | None = None

    def feed(self, text: str) -> str:
        if len(text) <= _PIECE:
            return self._more(text, complete=False)
        return "".join([self._more(piece, complete=False) for piece in _pieces(text)])

    def finish(self) -> str:
        return self._more("", complete=True)

    def whole(self, text: str) -> str:
        """A text that is all there."""
        return self.feed(text) + self.finish()

    def _more(self, text: str, *, complete: bool) -> str:
        self._text += text
        limit = len(self._text)
        for number, screen in enumerate(self._screens):
            spans, position = screen.detector.scan(self._text, self._positions[number], complete=complete)
            self._positions[number] = position
            for start, end in spans:
                self._note(screen, number, start, end)
            if screen.action is not Action.FLAG:
                limit = min(limit, position)
        if self.blocked is not None:
            return ""
        passed = self._passed(limit)
        self._forget()
        return passed

    def _note(self, screen: Screen, number: int, start: int, end: int) -> None:
        finding = Finding(screen.guardrail_id, screen.name, screen.kind, screen.action)
        self.findings.append(finding)
        if screen.action is Action.BLOCK:
            self.blocked = self.blocked or finding
        elif screen.action is Action.MASK:
            self._masks.append((start, number, end))

    def _passed(self, limit: int) -> str:
        """The text up to there with its masks; overlapping ones become one, under the label of the first."""
        pieces: list[str] = []
        self._masks.sort()
        while self._masks and self._masks[0][0] < limit:
            start, number, end = self._masks.pop(0)
            if start >= self._out:
                pieces += (self._text[self._out : start], self._screens[number].label)
            self._out = max(self._out, end)
        pieces.append(self._text[self._out : max(limit, self._out)])
        self._out = max(self._out, limit)
        return "".join(pieces)

    def _forget(self) -> None:
        """All but what is still looked at, and one character before it, which decides on word boundaries."""
        gone = min([self._out, *self._positions]) - 1
        if gone > 0:
            self._text = self._text[gone:]
            self._out -= gone
            self._positions = [position - gone for position in self._positions]
            self._masks = [(start - gone, number, end - gone) for start, number, end in self._masks]


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + _PIECE] for start in range(0, len(text), _PIECE))
