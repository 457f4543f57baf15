"""A printed line, whether it came from a PDF or from OCR."""

from dataclasses import dataclass

from bastide.knowledge.domain.extraction import BlockKind


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a line stands in a table of its page; all lines of a table follow each other, row by row.

    Attributes:
        row: numbers grow downwards, and may leave some out.
        edges: where the columns begin, from the left, and where the last one ends; the same for the table.
    """

    table: int
    row: int
    column: int
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """Coordinates are in points from the top left of the page as shown, y downwards.

    Attributes:
        size: of the font, in points.
        hyphen: it ends in a hyphen that broke a word, which is not in `text`.
        cell: of the table that it belongs to.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    hyphen: bool = False
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class PrintedTable:
    """A table of a page.

    Attributes:
        header_row: index of the row that is set as a header; None where print does not tell.
        edges: as in `Cell`.
    """

    rows: tuple[tuple[str, ...], ...]
    header_row: int | None
    edges: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that belong together, as one block, or the rows of a table (`text` is empty then)."""

    kind: BlockKind
    text: str
    level: int = 0
    table: PrintedTable | None = None


@dataclass(frozen=True, slots=True)
class PageLines:
    """A page, its size in points as shown.

    Attributes:
        lines: in reading order.
        recognised: what OCR read, when the page was only pixels; it has no lines then.
    """

    lines: tuple[Line, ...] = ()
    width: float = 0.0
    height: float = 0.0
    recognised: tuple[Passage, ...] | None = None
