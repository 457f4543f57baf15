"""A printed line, whether it came from a PDF or from OCR."""

from dataclasses import dataclass


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
class PageLines:
    """The lines of a page in reading order, and the page's size in points as shown."""

    lines: tuple[Line, ...]
    width: float
    height: float
    ocr: bool = False
