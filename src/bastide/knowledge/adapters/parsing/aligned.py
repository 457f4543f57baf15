"""Tables without rules: words set in columns over several lines, with numbers in most of the columns.

Only what can hardly be anything else counts: text in two or three columns, contents with leaders, formulas
and the ticks of a chart are set apart in the same way.
"""

import re
from collections.abc import Sequence

from bastide.knowledge.adapters.parsing.lines import Line

NUMBER = re.compile(r"[-+−–(]?[\d\s.,:/%€$£-]*\d[\d\s.,:/%€$£)*-]*|[-–—]|[Nn]/?[Aa]\.?")
_LEADER = re.compile(r"(?:[.…_]\s?){4}")
_MIN_COLUMNS = 3
_MIN_ROWS = 4
_WIDE = 3.0  # times the size: rows farther apart are not of one table
_APART = 0.3  # times the size: what lies nearer is one column
_NUMBERS = 0.6
_LETTERS = re.compile(r"[^\W\d_]{2}")
_FILLED = 0.6
_LABEL_CHARS = 70  # on average, in the first column

Placed = tuple[int, int]  # row, column


def visual_rows(lines: Sequence[Line]) -> list[list[int]]:
    """Indices of the lines that stand beside each other, from the top down, each row from the left."""
    order = sorted(range(len(lines)), key=lambda n: (lines[n].top + lines[n].bottom, lines[n].x0))
    rows: list[list[int]] = []
    for index in order:
        line = lines[index]
        first = lines[rows[-1][0]] if rows else None
        if first and (line.top + line.bottom) / 2 < first.top + 0.7 * (first.bottom - first.top):
            rows[-1].append(index)
        else:
            rows.append([index])
    return [sorted(row, key=lambda n: lines[n].x0) for row in rows]


def aligned_tables(lines: Sequence[Line]) -> list[tuple[dict[int, Placed], tuple[float, ...]]]:
    """For each table: row and column of its lines by their index, and the edges of its columns."""
    found: list[tuple[dict[int, Placed], tuple[float, ...]]] = []
    for run in _runs(visual_rows(lines), lines):
        spans = _columns([[lines[n] for n in row] for row in run if len(row) >= _MIN_COLUMNS])
        if len(spans) < _MIN_COLUMNS:
            continue
        places = {n: (number, _column(lines[n], spans)) for number, row in enumerate(run) for n in row}
        if _is_table(run, places, lines, len(spans)):
            found.append((places, (*(start for start, _ in spans), spans[-1][1])))
    return found


def _runs(rows: Sequence[list[int]], lines: Sequence[Line]) -> list[list[list[int]]]:
    """Rows of several pieces that follow each other; a row of one piece may stand between two of them."""
    runs: list[list[list[int]]] = []
    run: list[list[int]] = []
    for row in rows:
        if run and _far(lines[run[-1][0]], lines[row[0]]):
            runs.append(run)
            run = []
        alone = len(row) == 1
        if alone and run and len(run[-1]) == 1:
            runs.append(run)
            run = []
        if not alone or run:
            run.append(row)
    runs.append(run)
    return [trimmed for run in runs if len(trimmed := _trimmed(run)) >= _MIN_ROWS]


def _trimmed(run: list[list[int]]) -> list[list[int]]:
    while run and len(run[-1]) < _MIN_COLUMNS:
        run = run[:-1]
    while run and len(run[0]) < _MIN_COLUMNS - 1:
        run = run[1:]
    return run


def _far(above: Line, below: Line) -> bool:
    return below.top - above.top > _WIDE * max(above.size, below.size, 1.0)


def _columns(rows: Sequence[Sequence[Line]]) -> list[tuple[float, float]]:
    """Stretches of the page's width; one of a centred heading and its column are one."""
    spans: list[tuple[float, float]] = []
    for start, end, size in sorted((line.x0, line.x1, line.size) for row in rows for line in row):
        if spans and start < spans[-1][1] + _APART * size:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    filled = [{number for number, row in enumerate(rows) if _any_in(row, span)} for span in spans]
    for n in range(len(spans) - 1, 0, -1):
        if not filled[n] & filled[n - 1]:
            spans[n - 1 : n + 1] = [(spans[n - 1][0], spans[n][1])]
            filled[n - 1 : n + 1] = [filled[n - 1] | filled[n]]
    return spans


def _any_in(row: Sequence[Line], span: tuple[float, float]) -> bool:
    return any(span[0] <= line.x0 <= span[1] for line in row)


def _column(line: Line, spans: Sequence[tuple[float, float]]) -> int:
    """The one that it covers most of."""
    return max(range(len(spans)), key=lambda n: (min(line.x1, spans[n][1]) - max(line.x0, spans[n][0]), -n))


def _is_table(
    run: Sequence[list[int]], places: dict[int, Placed], lines: Sequence[Line], columns: int
) -> bool:
    full = [row for row in run if len(row) >= _MIN_COLUMNS]
    cells: list[list[str]] = [[] for _ in range(columns)]
    for row in full:
        for n in row:
            cells[places[n][1]].append(lines[n].text)
    if len(full) < _MIN_ROWS or sum(map(len, cells)) < _FILLED * len(full) * columns:
        return False
    if any(_LEADER.search(text) for column in cells for text in column):
        return False
    labels = cells[0]
    if not labels or sum(map(len, labels)) > _LABEL_CHARS * len(labels):
        return False
    headed = len(full[0]) >= columns - 1 and all(_LETTERS.search(lines[n].text) for n in full[0])
    worded = len(labels) if headed else sum(_LETTERS.search(text) is not None for text in labels)
    numeric = sum(_is_numeric(column) for column in cells[1:])
    return worded >= _NUMBERS * len(labels) and 2 * numeric >= columns - 1


def _is_numeric(column: Sequence[str]) -> bool:
    numbers = sum(NUMBER.fullmatch(text) is not None for text in column)
    return len(column) >= _MIN_ROWS - 1 and numbers >= _NUMBERS * len(column)
