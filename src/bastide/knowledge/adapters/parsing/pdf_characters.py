"""The characters of a PDF page, from pdfium: which, where, and how they are set.

They are read one by one (their text), geometry only at both ends of each line: that keeps hundreds of pages
per second.
"""

import ctypes
import math
from collections import Counter

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfTextPage

from bastide.knowledge.adapters.parsing.lines import Line
from bastide.knowledge.adapters.parsing.pdf_frame import Frame

_HYPHEN = "\x02"  # pdfium's mark for a hyphen at the end of a line
_BOLD_WEIGHT = 600
_BOLD_NAMES = (b"bold", b"black", b"heavy", b"demi")
_NAME_BYTES = 128
_ANGLES_READ = 50
_PERHAPS_SPACE = frozenset('!"#$%&*+')
_NO_INK = 0.1  # points
_INVISIBLE_SIZE = 2.0  # points: marks for programs, not for readers


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


def direction_of(text: PdfTextPage) -> int:
    """0, 90, 180 or 270 degrees: counter-clockwise, of most of some characters."""
    count = pdfium_c.FPDFText_CountChars(text.raw)
    angles = Counter(
        round(-math.degrees(pdfium_c.FPDFText_GetCharAngle(text.raw, index)) / 90) * 90 % 360
        for index in range(0, count, max(1, count // _ANGLES_READ))
    )
    return angles.most_common(1)[0][0] if angles else 0


class Reader:
    """Lines of a page, and parts of them."""

    def __init__(self, text: PdfTextPage, frame: Frame) -> None:
        self._handle = text.raw
        self._frame = frame
        self._characters = characters(text)

    def lines(self) -> list[tuple[tuple[int, int], Line]]:
        found: list[tuple[tuple[int, int], Line]] = []
        start = 0
        for end, char in enumerate(self._characters + "\n"):
            if char in {"\r", "\n", _HYPHEN}:
                if line := self.line(start, end, hyphen=char == _HYPHEN):
                    found.append(((start, end), line))
                start = end + 1
        return found

    def gaps(self, start: int, end: int) -> list[tuple[int, int, float, float]]:
        """White space inside a stretch: where it starts and ends, and the x of the ink on both sides."""
        found: list[tuple[int, int, float, float]] = []
        before: int | None = None
        for n in range(start, end):
            if self._characters[n].isspace():
                continue
            if before is not None and n > before + 1:
                found.append((before + 1, n, self._box(before)[2], self._box(n)[0]))
            before = n
        return found

    def line(self, start: int, end: int, *, hyphen: bool) -> Line | None:
        """What is printed there; None when it is nothing that a reader sees."""
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
