"""The lines of a PDF page, from pdfium's characters.

Characters are read one by one (their text), geometry only at both ends of each line: that keeps hundreds of
pages per second.
"""

import ctypes
import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfPage, PdfTextPage

from bastide.knowledge.adapters.parsing.lines import Line, PageLines

_HYPHEN = "\x02"  # pdfium's mark for a hyphen at the end of a line
_BOLD_WEIGHT = 600
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"demi")
_NAME_BYTES = 128
_ANGLES_READ = 50
_PERHAPS_SPACE = frozenset('!"#$%&*+')
_NO_INK = 0.1  # points
_INVISIBLE_SIZE = 2.0  # points: marks for programs, not for readers


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


def characters(text: PdfTextPage) -> str:
    """One character per index of pdfium; what it cannot name is U+FFFD.

    Some programs write fonts whose space is called `#` or `$`: a sign that leaves no ink is a space.
    """
    handle = text.raw
    codes = [pdfium_c.FPDFText_GetUnicode(handle, n) for n in range(pdfium_c.FPDFText_CountChars(handle))]
    found = [chr(code) if 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF else "\ufffd" for code in codes]
    for index, char in enumerate(found):
        if char in _PERHAPS_SPACE and _height(text, index) < _NO_INK:
            found[index] = " "
    return "".join(found)


def _height(text: PdfTextPage, index: int) -> float:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium_c.FPDFText_GetCharBox(
        text.raw, index, ctypes.byref(left), ctypes.byref(right), ctypes.byref(bottom), ctypes.byref(top)
    )
    return abs(top.value - bottom.value)


def page_lines(page: PdfPage) -> PageLines:
    """The page turned so that most of its text is upright, which is not always how it is shown."""
    text = page.get_textpage()
    try:
        frame = replace(frame_of(page), rotation=direction_of(text))
        lines = [line for _, line in _lines(text, frame)]
        return PageLines(tuple(lines), frame.width, frame.height)
    finally:
        text.close()


def reading_order(page: PdfPage, text: PdfTextPage) -> list[int]:
    """Indices of the characters, line by line as `page_lines` has them."""
    frame = replace(frame_of(page), rotation=direction_of(text))
    return [index for (start, end), _ in _lines(text, frame) for index in range(start, end)]


def _lines(text: PdfTextPage, frame: Frame) -> list[tuple[tuple[int, int], Line]]:
    """Stretches of characters and the lines that they are, from the top of the page down.

    Pdfium reads a page whose text does not turn with it from its bottom up.
    """
    lines = _Reader(text, frame).lines()
    rises = sum(b.top < a.top for (_, a), (_, b) in pairwise(lines))
    return lines[::-1] if rises > len(lines) / 2 else lines


def direction_of(text: PdfTextPage) -> int:
    """0, 90, 180 or 270 degrees: counter-clockwise, of most of some characters."""
    count = pdfium_c.FPDFText_CountChars(text.raw)
    angles = Counter(
        round(-math.degrees(pdfium_c.FPDFText_GetCharAngle(text.raw, index)) / 90) * 90 % 360
        for index in range(0, count, max(1, count // _ANGLES_READ))
    )
    return angles.most_common(1)[0][0] if angles else 0


class _Reader:
    def __init__(self, text: PdfTextPage, frame: Frame) -> None:
        self._handle = text.raw
        self._frame = frame
        self._characters = characters(text)

    def lines(self) -> list[tuple[tuple[int, int], Line]]:
        found: list[tuple[tuple[int, int], Line]] = []
        start = 0
        for end, char in enumerate(self._characters + "\n"):
            if char in {"\r", "\n", _HYPHEN}:
                if line := self._line(start, end, hyphen=char == _HYPHEN):
                    found.append(((start, end), line))
                start = end + 1
        return found

    def _line(self, start: int, end: int, *, hyphen: bool) -> Line | None:
        visible = [n for n in range(start, end) if not self._characters[n].isspace()]
        if not visible:
            return None
        first, middle, last = visible[0], visible[len(visible) // 2], visible[-1]
        boxes = [self._box(n) for n in (first, middle, last)]
        size = self._size(middle)
        if size < _INVISIBLE_SIZE and boxes[0][3] - boxes[0][1] < _INVISIBLE_SIZE:
            return None
        return Line(
            text=self._characters[start:end].strip(),
            x0=min(box[0] for box in boxes),
            top=min(box[1] for box in boxes),
            x1=max(box[2] for box in boxes),
            bottom=max(box[3] for box in boxes),
            size=size,
            bold=self._is_bold(first) and self._is_bold(middle),
            hyphen=hyphen,
        )

    def _box(self, index: int) -> tuple[float, float, float, float]:
        box = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(self._handle, index, ctypes.byref(box))
        return self._frame.shown(box.left, box.bottom, box.right, box.top)

    def _size(self, index: int) -> float:
        """Many files set size 1 and scale it by the text matrix."""
        matrix = pdfium_c.FS_MATRIX()
        size = pdfium_c.FPDFText_GetFontSize(self._handle, index)
        if pdfium_c.FPDFText_GetMatrix(self._handle, index, ctypes.byref(matrix)):
            size *= (matrix.c**2 + matrix.d**2) ** 0.5
        return round(abs(size), 1)

    def _is_bold(self, index: int) -> bool:
        if pdfium_c.FPDFText_GetFontWeight(self._handle, index) >= _BOLD_WEIGHT:
            return True
        name = ctypes.create_string_buffer(_NAME_BYTES)
        flags = ctypes.c_int()
        pdfium_c.FPDFText_GetFontInfo(self._handle, index, name, _NAME_BYTES, ctypes.byref(flags))
        lower = name.value.lower()
        return any(word in lower for word in _BOLD_NAMES)
