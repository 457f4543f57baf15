"""From printed lines to headings, paragraphs and list items."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from bastide.knowledge.adapters.parsing.lines import Line, PageLines
from bastide.knowledge.domain.extraction import BlockKind

_BULLET = re.compile(r"(?:[-–—•◦▪■●○*·‣➢➤✓►]|\uf0b7|\uf0a7|o(?=\s{2,}))\s*(?=\S)")
_ITEM = re.compile(r"(?:[•◦▪■●○‣➢➤✓►\uf0b7\uf0a7]|(?:[-–—*·o]|\(?(?:\d{1,2}|[a-zA-Z])[.)])(?=\s))")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'»”’)\]]*$")
_STOP = re.compile(r"[.;,…]$")
_LETTERS = re.compile(r"[^\W\d_]")
_LEADER = re.compile(r"(?:\s?\.){5,}\s*|(?:\s?_){5,}|(?:\s?…){2,}\s*")
_HEADING_CHARS = 150
_HEADING_LINES = 3
# How much larger than the body a heading is set, and what share of the text may be set so large: where much
# is large, the large text is text.
_HEADING_RATIOS = ((1.12, 0.2), (1.04, 0.08))
_LEVELS = 5
_BOLD_IS_RARE = 0.25  # share of bold text up to which bold lines are headings


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that belong together."""

    kind: BlockKind
    text: str
    level: int = 0
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document: the body's size, and the sizes that head something, largest first."""

    body: float
    headings: tuple[float, ...]
    bold_heads: bool

    def level_of(self, lines: Sequence[Line]) -> int:
        """Level of a heading; 0 when the lines are no heading."""
        text = " ".join(line.text for line in lines)
        if len(lines) > _HEADING_LINES or len(text) > _HEADING_CHARS or not _LETTERS.search(text):
            return 0
        size = max(line.size for line in lines)
        if _STOP.search(text) or lines[0].bottom - lines[0].top > 3 * size:
            return 0  # a sentence, or a line that runs up the margin
        for level, heading in enumerate(self.headings, 1):
            if abs(size - heading) <= 0.03 * heading:
                return level
        if self.bold_heads and all(line.bold for line in lines) and not text.endswith(":"):
            return min(len(self.headings) + 1, _LEVELS) if size >= self.body * 0.95 else 0
        return 0


def style_of(pages: Sequence[PageLines]) -> Style:
    """Sizes are weighted by how much text is set in them."""
    chars: Counter[float] = Counter()
    bold = 0
    for line in (line for page in pages if not page.ocr for line in page.lines):
        chars[line.size] += len(line.text)
        bold += len(line.text) if line.bold else 0
    total = sum(chars.values())
    if not total:
        return Style(0.0, (), bold_heads=False)
    body = chars.most_common(1)[0][0]
    headings: list[float] = []
    for size in sorted(chars, reverse=True):
        larger = size >= body * 1.04 and (not headings or size < headings[-1] * 0.97)
        near = sum(count for other, count in chars.items() if abs(other - size) <= 0.03 * size)
        if larger and any(size >= body * ratio and near <= share * total for ratio, share in _HEADING_RATIOS):
            headings.append(size)
    return Style(body, tuple(headings[:_LEVELS]), bold_heads=bold <= _BOLD_IS_RARE * total)


def passages_of(page: PageLines, style: Style) -> list[Passage]:
    """The page's blocks in reading order."""
    rows = _join_rows(page.lines)
    leading = _usual_leading(rows)
    found: list[Passage] = []
    group: list[Line] = []
    for index, line in enumerate(rows):
        if group and _breaks(group, line, _right_edge(rows, index - 1), leading, style):
            found.append(_passage(group, style))
            group = []
        group.append(line)
    if group:
        found.append(_passage(group, style))
    return found


def _join_rows(lines: Sequence[Line]) -> list[Line]:
    """Put together the pieces of a row, which pdfium cuts where the font or the baseline changes."""
    rows: list[Line] = []
    for line in lines:
        last = rows[-1] if rows else None
        if last and not last.hyphen and _same_row(last, line):
            gap = "" if line.x0 - last.x1 < 0.12 * max(last.size, line.size) else " "
            main = max((last, line), key=lambda piece: len(piece.text))
            rows[-1] = replace(
                main,
                text=last.text + gap + line.text,
                x0=last.x0,
                x1=max(last.x1, line.x1),
                top=min(last.top, line.top),
                bottom=max(last.bottom, line.bottom),
                bold=last.bold and line.bold,
                hyphen=line.hyphen,
            )
        else:
            rows.append(line)
    return rows


def _same_row(a: Line, b: Line) -> bool:
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    lower = min(a.bottom - a.top, b.bottom - b.top)
    return b.x0 >= a.x1 - 0.3 * a.size and lower > 0 and overlap > 0.5 * lower


def _usual_leading(rows: Sequence[Line]) -> float:
    """Distance of the tops of two lines in a paragraph, as a multiple of the font's size."""
    ratios = [
        (b.top - a.top) / a.size
        for a, b in pairwise(rows)
        if a.size > 0 and abs(a.size - b.size) < 0.5 and 0.7 < (b.top - a.top) / a.size < 2.6
    ]
    return median(ratios) if ratios else 1.2


def _right_edge(rows: Sequence[Line], index: int) -> float:
    """Where lines like this one end when they are full."""
    line = rows[index]
    near = rows[max(0, index - 8) : index + 9]
    return max(
        other.x1
        for other in near
        if other is line or (abs(other.x0 - line.x0) < 4 * line.size and abs(other.size - line.size) < 1)
    )


def _breaks(group: Sequence[Line], line: Line, right: float, leading: float, style: Style) -> bool:
    """Whether the line begins a new block."""
    last = group[-1]
    if last.hyphen:
        return False
    size = max(last.size, line.size, 0.1)
    if abs(last.size - line.size) > 0.12 * size or _ITEM.match(line.text):
        return True
    down = line.top - last.top
    if down < -0.5 * size:  # the top of another column
        return _SENTENCE_END.search(last.text) is not None or not line.text[0].islower()
    if down > max(1.35 * leading, leading + 0.4) * size:
        return True
    if last.bold != line.bold and (style.level_of(group) > 0 or (line.bold and style.level_of([line]) > 0)):
        return True
    return _ends_early(last, line, right) if line.text[0].islower() is False else False


def _ends_early(last: Line, line: Line, right: float) -> bool:
    """The first word of the next line would have fitted, or the next line is indented after a full stop."""
    width = (last.x1 - last.x0) / max(1, len(last.text))
    word = line.text.split(maxsplit=1)[0]
    if last.x1 + (len(word) + 1.5) * width < right:
        return True
    indented = line.x0 - last.x0 > 0.8 * line.size
    return indented and _SENTENCE_END.search(last.text) is not None


def _passage(group: Sequence[Line], style: Style) -> Passage:
    text = _LEADER.sub(" … ", _join(group)).strip()
    if _ITEM.match(text) and style.level_of(group) == 0:
        bullet = _BULLET.match(text)
        return Passage(BlockKind.LIST_ITEM, "- " + text[bullet.end() :] if bullet else text)
    if level := style.level_of(group):
        return Passage(BlockKind.HEADING, text, level)
    return Passage(BlockKind.PARAGRAPH, text)


def _join(lines: Sequence[Line]) -> str:
    text = ""
    for line in lines:
        text += line.text
        text += ("" if line.text[-1:].islower() else "-") if line.hyphen else " "
    return text.rstrip()
