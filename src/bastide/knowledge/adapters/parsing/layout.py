"""From printed lines to headings, paragraphs and list items."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from statistics import median

from bastide.knowledge.adapters.parsing.lines import Line, PageLines, Passage, PrintedTable
from bastide.knowledge.adapters.parsing.style import Style
from bastide.knowledge.domain.extraction import BlockKind

_BULLET = re.compile(r"(?:[-–—•◦▪■●○*·‣➢➤✓►]|\uf0b7|\uf0a7|o(?=\s{2,}))\s*(?=\S)")
_ITEM = re.compile(r"(?:[•◦▪■●○‣➢➤✓►\uf0b7\uf0a7]|(?:[-–—*·o]|\(?(?:\d{1,2}|[a-zA-Z])[.)])(?=\s))")
_SENTENCE_END = re.compile(r"[.!?:;…][\"'»”’)\]]*$")
# Pictures set as characters; the two that are bullets in every symbol font are recognised before.
_NAMELESS = re.compile("(?!^[\uf0b7\uf0a7])[\ufffd\ue000-\uf8ff]")
_LEADER = re.compile(r"(?:\s?\.){5,}\s*|(?:\s?_){5,}|(?:\s?…){2,}\s*")


def passages_of(page: PageLines, style: Style) -> list[Passage]:
    """The page's blocks in reading order."""
    found: list[Passage] = []
    for table, group in groupby(page.lines, key=lambda line: line.cell and line.cell.table):
        lines = list(group)
        found += _passages(lines, style) if table is None else [_table(lines)]
    return found


def _table(lines: Sequence[Line]) -> Passage:
    cells = {place: list(group) for place, group in groupby(lines, key=_place)}
    rows = [
        _row({column: cells[row, column] for _, column in places})
        for row, places in groupby(cells, key=lambda place: place[0])
    ]
    first = [line.bold for line in lines if _place(line)[0] == _place(lines[0])[0]]
    is_form = any(text.endswith(":") for text in rows[0])
    is_header = all(first) and len(rows[0]) > 1 and not is_form and not all(line.bold for line in lines)
    edges = lines[0].cell.edges if lines[0].cell else ()
    return Passage(BlockKind.TABLE_ROW, "", table=PrintedTable(tuple(rows), 0 if is_header else None, edges))


def _row(cells: Mapping[int, Sequence[Line]]) -> tuple[str, ...]:
    texts = {column: _NAMELESS.sub("", _join(lines)) for column, lines in cells.items()}
    return tuple(texts.get(column, "") for column in range(max(texts) + 1))


def _place(line: Line) -> tuple[int, int]:
    return (line.cell.row, line.cell.column) if line.cell else (-1, -1)


def _passages(lines: Sequence[Line], style: Style) -> list[Passage]:
    rows = _join_rows(lines)
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
    if last.bold and not line.bold and style.level_of(group):
        return True
    return not line.text[0].islower() and _ends_early(last, line, right)


def _ends_early(last: Line, line: Line, right: float) -> bool:
    """The first word of the next line would have fitted, or the next line is indented after a full stop."""
    width = (last.x1 - last.x0) / max(1, len(last.text))
    word = line.text.split(maxsplit=1)[0]
    if last.x1 + (len(word) + 1.5) * width < right:
        return True
    ended = _SENTENCE_END.search(last.text) is not None
    return ended and (line.x0 - last.x0 > 0.8 * line.size or (line.bold and not last.bold))


def _passage(group: Sequence[Line], style: Style) -> Passage:
    text = _NAMELESS.sub("", _LEADER.sub(" … ", _join(group))).strip()
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
