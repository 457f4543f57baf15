"""How a PDF page is shown: its box and its rotation."""

import ctypes
from dataclasses import dataclass
from typing import TypeAlias

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfPage

Box: TypeAlias = tuple[float, float, float, float]  # left, bottom, right, top in the page's own space


@dataclass(frozen=True, slots=True)
class Frame:
    """From pdfium's coordinates (origin at the bottom left of the unrotated page) to the page as shown."""

    rotation: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.top - self.bottom if self.rotation % 180 else self.right - self.left

    @property
    def height(self) -> float:
        return self.right - self.left if self.rotation % 180 else self.top - self.bottom

    def shown(self, x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        """x0, top, x1, bottom of a box as shown; the corners may come in any order."""
        points = (self._point(x0, y0), self._point(x1, y1))
        xs, ys = sorted(x for x, _ in points), sorted(y for _, y in points)
        return xs[0], ys[0], xs[1], ys[1]

    def _point(self, x: float, y: float) -> tuple[float, float]:
        match self.rotation % 360:
            case 90:
                return y - self.bottom, x - self.left
            case 180:
                return self.right - x, y - self.bottom
            case 270:
                return self.top - y, self.right - x
            case _:
                return x - self.left, self.top - y


def frame_of(page: PdfPage) -> Frame:
    """The box that viewers show: the crop box inside the media box, which pages inherit."""
    box = pdfium_c.FS_RECTF()
    pdfium_c.FPDF_GetPageBoundingBox(page.raw, ctypes.byref(box))
    return Frame(page.get_rotation(), box.left, box.bottom, box.right, box.top)
