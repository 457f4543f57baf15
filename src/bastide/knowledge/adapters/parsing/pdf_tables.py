"""Finds the tables of a PDF page, and puts their lines in order: row by row, cell by cell."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise
from typing import Protocol, TypeAlias

from bastide.knowledge.adapters.parsing.aligned import NUMBER, aligned_tables, visual_rows
from bastide.knowledge.adapters.parsing.lines import Cell, Line
from bastide.knowledge.adapters.parsing.ruled import Grid, Rule, grids

Stretch: TypeAlias = tuple[int, int]  # of the page's characters
Piece: TypeAlias = tuple[Stretch, Line]
Rules: TypeAlias = tuple[Sequence[Rule], Sequence[Rule]]

_WIDE_FACE = 0.5  # width of a character, in units of its size
_LOOSE = 1.35  # times the usual width: a line with gaps in it
_PERHAPS_LOOSE = 1.15
_MARGIN = 0.07  # of the page: running headers are set wide
_SIGNS = 3
_SHORT = 5  # characters: a letter of a formula has no usual width
_GAP = 1.0  # times the font's size: no space between words is so wide
_MOST_CELL_CHARS = 1200  # what is longer is the page's text, in a frame
_FEW_BANDS = 3
_MANY_LINES = 5
_WORDED_ROWS = 0.5  # share of the rows that have two filled cells at least
_EDGE = 0.15  # of the page: a table that is wholly there is a header or a footer


class Characters(Protocol):
    """What the search needs of the page's characters."""

    def gaps(self, start: int, end: int) -> list[tuple[int, int, float, float]]:
        """White space inside a stretch: where it starts and ends, and the x of the ink on both sides."""
        ...

    def line(self, start: int, end: int, *, hyphen: bool) -> Line | None: ...


def may_hold_tables(page: Sequence[Line], height: float) -> bool:
    """A quick look: are there lines beside each other, or with wide gaps in them?"""
    lines = [line for line in page if _MARGIN * height < line.top < (1 - _MARGIN) * height]
    widths = _widths(lines)
    loose = _LOOSE * _usual(widths)
    wide = [line for line, width in zip(lines, widths, strict=True) if width > loose]
    signs = sum(len(line.text) >= _SHORT for line in wide)
    if signs < _SIGNS:
        signs += sum(b.x0 - a.x1 >= 0.5 * b.size and b.top < a.bottom for a, b in pairwise(lines))
    return signs >= _SIGNS


def _widths(lines: Sequence[Line]) -> list[float]:
    """Of a character of each line, in units of the font's size."""
    return [(line.x1 - line.x0) / (len(line.text) * line.size or 1.0) for line in lines]


def _usual(widths: Sequence[float]) -> float:
    return min(_WIDE_FACE, sorted(widths)[len(widths) // 2]) if widths else _WIDE_FACE


def with_tables(
    pieces: Sequence[Piece], characters: Characters, rules: Callable[[], Rules], height: float
) -> list[Piece]:
    """The pieces in reading order, those in tables cut into cells and marked with their place."""
    horizontal, vertical = rules()
    drawn = [grid for grid in grids(horizontal, vertical) if not _at_edge(grid, height)]
    widths = _widths([line for _, line in pieces])
    loose = _PERHAPS_LOOSE * _usual(widths)
    cut = [
        part
        for piece, width in zip(pieces, widths, strict=True)
        for part in _cut(piece, characters, drawn, loose=width >= loose)
    ]
    lines = [line for _, line in cut]
    cells: dict[int, Cell] = {}
    for number, grid in enumerate(drawn):
        cells |= _in_grid(grid, number, lines)
    rest = [n for n in range(len(lines)) if n not in cells]
    for number, (places, edges) in enumerate(aligned_tables([lines[n] for n in rest]), len(drawn)):
        cells |= {rest[n]: Cell(number, row, column, edges) for n, (row, column) in places.items()}
    return _ordered(cut, cells) if cells else list(pieces)


def _cut(piece: Piece, characters: Characters, drawn: Sequence[Grid], *, loose: bool) -> list[Piece]:
    """Parts of a line that are set apart by a rule or by much space."""
    (start, end), line = piece
    middle = (line.top + line.bottom) / 2
    bounds = [x for grid in drawn if grid.holds(line.x0 + 1, middle) for x in grid.rules_at(middle)]
    if not loose and not any(line.x0 < x < line.x1 for x in bounds):
        return [piece]
    edges = [start]
    for before, after, x0, x1 in characters.gaps(start, end):
        if x1 - x0 >= _GAP * line.size or any(x0 - 1 <= x <= x1 + 1 for x in bounds):
            edges += [before, after]
    if len(edges) == 1:
        return [piece]
    found: list[Piece] = []
    for first, last in zip(edges[::2], [*edges[1::2], end], strict=True):
        part = characters.line(first, last, hyphen=line.hyphen and last == end)
        if part:
            found.append(((first, last), part))
    return found


def _at_edge(grid: Grid, height: float) -> bool:
    return grid.ys[-1] < _EDGE * height or grid.ys[0] > (1 - _EDGE) * height


def _in_grid(grid: Grid, number: int, lines: Sequence[Line]) -> dict[int, Cell]:
    """Nothing when what the rules enclose is no table."""
    inside = [n for n, line in enumerate(lines) if grid.holds(line.x0 + 1, (line.top + line.bottom) / 2)]
    bands: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for n in inside:
        x, y = lines[n].x0, (lines[n].top + lines[n].bottom) / 2
        bands[grid.row_of(x + 1, y)][grid.column_of(x, y)].append(n)
    if len(bands) <= _FEW_BANDS and any(_is_unruled(band, lines) for band in bands.values()):
        return {}
    cells: dict[int, Cell] = {}
    row = 0
    for _, band in sorted(bands.items()):
        for cell_row in _rows_of(band, lines):
            for column, members in cell_row.items():
                cells |= {n: Cell(number, row, column, grid.xs) for n in members}
            row += 1
    if not _is_filled(cells, lines):
        return {}
    margin = min(cell.column for cell in cells.values())  # between a frame and the table in it
    return {n: replace(cell, column=cell.column - margin) for n, cell in cells.items()}


def _is_unruled(band: dict[int, list[int]], lines: Sequence[Line]) -> bool:
    """Many lines in several cells: the rows of the table are set apart by nothing that is drawn."""
    stacks = [visual_rows([lines[n] for n in members]) for members in band.values()]
    return sum(len(stack) >= _MANY_LINES for stack in stacks) > 1 and len(_rows_of(band, lines)) == 1


def _rows_of(band: dict[int, list[int]], lines: Sequence[Line]) -> list[dict[int, list[int]]]:
    """A band between two rules is one row, or as many as a column has numbers below each other."""
    stacks = [visual_rows([lines[n] for n in members]) for members in band.values()]
    counted = [
        [min(lines[members[n]].top for n in row) for row in stack]
        for members, stack in zip(band.values(), stacks, strict=True)
        if len(stack) > 1 and all(NUMBER.fullmatch(lines[members[n]].text) for row in stack for n in row)
    ]
    if not counted:
        return [band]
    tops = max(counted, key=len)
    rows: list[dict[int, list[int]]] = [defaultdict(list) for _ in tops]
    for column, members in band.items():
        for n in members:
            middle = (lines[n].top + lines[n].bottom) / 2
            rows[max(0, sum(top <= middle for top in tops) - 1)][column].append(n)
    return [row for row in rows if row]


def _is_filled(cells: dict[int, Cell], lines: Sequence[Line]) -> bool:
    chars: dict[tuple[int, int], int] = defaultdict(int)
    for n, cell in cells.items():
        chars[cell.row, cell.column] += len(lines[n].text)
    filled: dict[int, int] = defaultdict(int)
    for row, _ in chars:
        filled[row] += 1
    several = sum(count > 1 for count in filled.values())
    return several > 1 and several >= _WORDED_ROWS * len(filled) and max(chars.values()) <= _MOST_CELL_CHARS


def _ordered(pieces: Sequence[Piece], cells: dict[int, Cell]) -> list[Piece]:
    """Each table stands where its first line stood; what lay between its lines follows it."""
    tables: dict[int, list[int]] = defaultdict(list)
    for n, cell in cells.items():
        tables[cell.table].append(n)
    found: list[Piece] = []
    for n, piece in enumerate(pieces):
        if n not in cells:
            found.append(piece)
            continue
        found += [
            (pieces[m][0], replace(pieces[m][1], cell=cells[m]))
            for m in _read(tables.pop(cells[n].table, []), pieces, cells)
        ]
    return found


def _read(table: list[int], pieces: Sequence[Piece], cells: dict[int, Cell]) -> Iterator[int]:
    """Row by row, cell by cell, each from the top down."""
    table.sort(key=lambda n: (cells[n].row, cells[n].column))
    for _, group in groupby(table, key=lambda n: (cells[n].row, cells[n].column)):
        members = list(group)
        lines = [pieces[n][1] for n in members]
        if any(b.bottom <= a.top + 1 for a, b in pairwise(lines)):
            members = [members[n] for row in visual_rows(lines) for n in row]
        yield from members
