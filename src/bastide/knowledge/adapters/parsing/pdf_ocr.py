"""The pages of a PDF that are pixels: scanned ones, and those whose fonts do not say what they mean."""

import ctypes
import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any

import pypdfium2.raw as pdfium_c
from pypdfium2 import PdfDocument

from bastide.kit.language import detect
from bastide.knowledge.adapters.parsing import ocr
from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.adapters.parsing.lines import PageLines, Passage
from bastide.knowledge.adapters.parsing.source import Source
from bastide.knowledge.domain.extraction import BlockKind

_DPI = 250  # as sure as 300 on printed text, and an eighth faster
_MAX_PIXELS = 40_000_000
_MAX_WORKERS = 2
_ENOUGH_CHARS = 200  # a page with so much text is no scan, whatever pictures it has
_COVERED = 0.5  # share of the page under pictures, from which little text is a stamp on a scan
_DRAWN_PATHS = 100  # text that was turned into outlines
_UNREADABLE = re.compile("[\ufffd\ue000-\uf8ff\x00-\x08\x0e-\x1f]")
_UNREADABLE_SHARE = 0.3
_SURE = 80.0
_TESSERACT = MappingProxyType({"fr": "fra", "en": "eng"})


def recognised(
    document: PdfDocument, pages: Sequence[PageLines], source: Source, out: TextBuilder
) -> list[PageLines]:
    """The pages, with those that need it read by OCR, two at a time."""
    wanted = [number for number, page in enumerate(pages) if _needs_ocr(document, number, page)]
    result = list(pages)
    if not wanted or not ocr.is_available(out):
        return result
    reader = _Reader()
    workers = min(_MAX_WORKERS, os.cpu_count() or 1)
    with ThreadPoolExecutor(workers) as pool:
        images = (_image(document, number) for number in wanted)
        done = _in_order(pool, reader.read, images, ahead=workers)
        for count, (number, read) in enumerate(zip(wanted, done, strict=True), 1):
            if read.length > sum(
                len(line.text) for line in pages[number].lines if not _is_unreadable(line.text)
            ):
                passages = tuple(Passage(BlockKind.PARAGRAPH, text) for text in read.paragraphs)
                result[number] = replace(pages[number], lines=(), recognised=passages)
            source.report(len(pages) - len(wanted) + count, len(pages))
    return result


def _in_order(
    pool: ThreadPoolExecutor,
    read: Callable[[bytes], ocr.Recognised],
    images: Iterator[bytes],
    ahead: int,
) -> Iterator[ocr.Recognised]:
    """Results in order, with a few images at a time in memory."""
    running = [pool.submit(read, image) for image in islice(images, ahead)]
    while running:
        yield running.pop(0).result()
        running += [pool.submit(read, image) for image in islice(images, 1)]


class _Reader:
    """Reads the pages of one document, from several threads.

    Once a page has told the document's language, the next ones are read with that language alone: a quarter
    less work, and no worse. A page that is not sure then, or in another language, is read with all of them.
    """

    def __init__(self) -> None:
        self._language = ""

    def read(self, image: bytes) -> ocr.Recognised:
        language = self._language
        if alone := _TESSERACT.get(language):
            page = _first(ocr.recognise(image, dpi=_DPI, alone=alone))
            if page.confidence >= _SURE and detect(_text(page)) == language:
                return page
        page = _first(ocr.recognise(image, dpi=_DPI))
        if page.confidence >= _SURE and len(ocr.languages()) > 1:
            self._language = detect(_text(page))
        return page


def _first(pages: Sequence[ocr.Recognised]) -> ocr.Recognised:
    return pages[0] if pages else ocr.Recognised()


def _text(page: ocr.Recognised) -> str:
    return "\n".join(page.paragraphs)


def _needs_ocr(document: PdfDocument, number: int, page: PageLines) -> bool:
    text = "".join(line.text for line in page.lines)
    if _is_unreadable(text):
        return True
    if len(text) >= _ENOUGH_CHARS or not page.width:
        return False
    loaded: Any = document[number]
    try:
        covered, paths = _pictures(loaded)
    finally:
        loaded.close()
    if not text:
        return covered > 0.01 or paths >= _DRAWN_PATHS
    return covered >= _COVERED


def _is_unreadable(text: str) -> bool:
    return len(_UNREADABLE.findall(text)) > _UNREADABLE_SHARE * len(text)


def _pictures(page: Any) -> tuple[float, int]:
    """Share of the page's area under pictures (they may overlap), and how many paths are drawn."""
    width, height = page.get_size()
    area, paths = 0.0, 0
    for item in page.get_objects(max_depth=4):
        if item.type == pdfium_c.FPDF_PAGEOBJ_PATH:
            paths += 1
        elif item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            left, bottom, right, top = item.get_bounds()
            area += max(0.0, right - left) * max(0.0, top - bottom)
    return area / max(1.0, width * height), paths


def _image(document: PdfDocument, number: int) -> bytes:
    """The page in grey, as PGM (a header, then the pixels), which Leptonica reads without decoding."""
    page: Any = document[number]
    try:
        width, height = page.get_size()
        pixels = width * height * (_DPI / 72) ** 2
        scale = _DPI / 72 * min(1.0, (_MAX_PIXELS / max(1.0, pixels)) ** 0.5)
        bitmap = page.render(scale=scale, grayscale=True)
        data = ctypes.string_at(bitmap.buffer, bitmap.stride * bitmap.height)
        rows = (data[row * bitmap.stride :][: bitmap.width] for row in range(bitmap.height))
        pixels_only = data if bitmap.stride == bitmap.width else b"".join(rows)
        header = f"P5 {bitmap.width} {bitmap.height} 255\n".encode()
        bitmap.close()
    finally:
        page.close()
    return header + pixels_only
