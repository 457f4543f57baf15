"""A printed line, whether it came from a PDF or from OCR."""

from dataclasses import dataclass

from bastide.knowledge.domain.extraction import BlockKind


@dataclass(frozen=True, slots=True)
class Line:
    """Coordinates are in points from the top left of the page as shown, y downwards.

    Attributes:
        size: of the font, in points.
        hyphen: it ends in a hyphen that broke a word, which is not in `text`.
    """

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool = False
    hyphen: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Lines that belong together, as one block."""

    kind: BlockKind
    text: str
    level: int = 0


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
