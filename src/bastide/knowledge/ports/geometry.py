"""The geometry port: where a quote stands on the pages of a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In PDF points, origin at the top left of the page as shown (rotation applied)."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class PageGeometry:
    """Size of a page in points as shown, and the rectangles on it."""

    page: int
    width: float
    height: float
    rectangles: tuple[Rectangle, ...]


class Geometry(Protocol):
    """Finds where a quote stands on the pages of a PDF (pypdfium2 character boxes)."""

    async def locate(
        self, path: Path, quote: str, pages: Sequence[int], password: str | None = None, *, before: str = ""
    ) -> list[PageGeometry]:
        """One rectangle per line; empty when the page has no text layer or the quote is not found there.

        `before`: the text of the page up to the quote; it tells which is meant of several places that read
        alike.
        """
        ...
