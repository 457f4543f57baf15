"""Tables: each row is a block that knows the header of its table."""

import re
from collections.abc import Sequence

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.domain.extraction import BlockKind

_SEPARATOR = " | "
_NUMBER = re.compile(r"[-+(]?[\d\s.,:/%€$£-]*\d[\d\s.,:/%€$£)-]*")
_HEADER_WITHIN_ROWS = 5  # titles and blank rows may stand above it
_HEADER_FILLED = 0.6
_PAIR_CHARS = 25
_HEADER_CHARS = 300  # repeated with every row's chunk, so it may not be long


def add_table(
    rows: Sequence[Sequence[str]], out: TextBuilder, *, header_row: int | None = None, header: str = ""
) -> str:
    """Add the rows as `a | b | c`; empty rows, and empty cells at the end of a row, are left out.

    `header_row` is the index of the header where the format marks it, -1 where it would have; otherwise it is
    the first row at the top that is filled with words. `header` is that of the table that these rows go on
    with. Returns the header that the last row has.
    """
    found = _guess_header(rows) if header_row is None else header_row
    for number, row in enumerate(rows):
        line = row_text(row)
        out.add(BlockKind.TABLE_ROW, line, header=header)
        if number == found:
            header = line[:_HEADER_CHARS]
    return header


def row_text(row: Sequence[str]) -> str:
    """One line; a cell keeps its place, so that it can be matched with the header."""
    cells = [" ".join(cell.split()) for cell in row]
    while cells and not cells[-1]:
        cells.pop()
    return _SEPARATOR.join(cells) if any(cells) else ""


def _guess_header(rows: Sequence[Sequence[str]]) -> int | None:
    width = max((len(row) for row in rows), default=0)
    if width < 2:
        return None
    for number, row in enumerate(rows[:_HEADER_WITHIN_ROWS]):
        filled = [cell.strip() for cell in row if cell.strip()]
        if len(filled) >= max(2, _HEADER_FILLED * width):
            return None if _is_data(filled, width) else number
    return None


def _is_data(cells: Sequence[str], width: int) -> bool:
    """Not a header: a number, or the name of a field, stands in it."""
    if cells[0].endswith(":") or any(_NUMBER.fullmatch(cell) for cell in cells):
        return True
    return width == 2 and _is_pair(cells)


def _is_pair(cells: Sequence[str]) -> bool:
    """A name and its value, as in a form."""
    name, value = cells
    return (
        name.endswith(":")
        or max(map(len, cells)) > _PAIR_CHARS
        or (_has_digit(value) and not _has_digit(name))
    )


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
