"""Which lines of a document are headings: those set larger, or bolder, than most."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

from bastide.knowledge.adapters.parsing.lines import Line, PageLines

_HEADING_CHARS = 150
_HEADING_LINES = 3
_LEVELS = 5
# How much larger than the body a heading is set, and what share of the text may be set so: where much is
# large, the large text is text.
_LARGER = ((1.5, 0.4), (1.12, 0.2), (1.04, 0.08))
_BOLD_SHARE = 0.25
_IN_LONG_RUNS = 0.4  # share of a heading style's text that may stand in more lines than a heading has
_DISPLAY = 1.4  # times the body: so large is never running text
_SAME_SIZE = 0.03
_STOP = re.compile(r"[.;,…]$")
_LETTERS = re.compile(r"[^\W\d_]")

_Face: TypeAlias = tuple[float, bool]


@dataclass(frozen=True, slots=True)
class Style:
    """The faces (size, bold) that head something, the most important first."""

    headings: tuple[_Face, ...]

    def level_of(self, lines: Sequence[Line]) -> int:
        """Level of a heading; 0 when the lines are no heading."""
        text = " ".join(line.text for line in lines)
        size = max(line.size for line in lines)
        if len(lines) > _HEADING_LINES or len(text) > _HEADING_CHARS or not _LETTERS.search(text):
            return 0
        if _STOP.search(text) or lines[0].bottom - lines[0].top > 3 * size:
            return 0  # a sentence, or a line that runs up the margin
        bold = all(line.bold for line in lines)
        for level, (heading, heading_bold) in enumerate(self.headings, 1):
            if abs(size - heading) <= _SAME_SIZE * heading and bold == heading_bold:
                return min(level, _LEVELS)
        return 0


def style_of(pages: Sequence[PageLines]) -> Style:
    """Faces are weighed by how much text is set in them."""
    chars: Counter[_Face] = Counter()
    long_runs: Counter[_Face] = Counter()
    for page in pages:
        for face, run in groupby(page.lines, key=_face):
            lengths = [len(line.text) for line in run]
            chars[face] += sum(lengths)
            long_runs[face] += sum(lengths) if len(lengths) > _HEADING_LINES else 0
    if not chars:
        return Style(())
    body = chars.most_common(1)[0][0]
    total = chars.total()
    faces = sorted(chars, reverse=True)
    return Style(
        tuple(
            face
            for face in faces
            if _heads(face, body, chars[face] / total)
            and (face[0] >= _DISPLAY * body[0] or long_runs[face] <= _IN_LONG_RUNS * chars[face])
        )
    )


def _face(line: Line) -> _Face:
    return round(2 * line.size) / 2, line.bold


def _heads(face: _Face, body: _Face, share: float) -> bool:
    size, bold = face
    if any(size >= body[0] * ratio and share <= most for ratio, most in _LARGER):
        return True
    return bold and not body[1] and size >= 0.95 * body[0] and share <= _BOLD_SHARE
