"""OCR by the system's Tesseract: French and English, one process per page."""

import csv
import io
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from bastide.knowledge.adapters.parsing.builder import TextBuilder
from bastide.knowledge.domain.errors import DocumentCorruptError, DocumentTooLargeError

UNAVAILABLE = "ocr.unavailable"
LANGUAGE_MISSING = "ocr.language_missing"
INSTALL = "sudo apt-get install tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng"
_LANGUAGES = ("fra", "eng")
_NOT_LANGUAGES = frozenset({"osd", "equ"})
# Below this the page is probably not upright: have Tesseract look for its orientation.
_DOUBTFUL = 60.0
_NOISE = 25.0
_AUTOMATIC, _WITH_ORIENTATION = "3", "1"
_MEMORY = re.compile(r"[mc]alloc|bad_alloc|Image too large|too many pixels")
_WORD_LEVEL = "5"
_HYPHENS = ("-", "‐", "¬")


@dataclass(slots=True)
class Recognised:
    """A page as read: its paragraphs, and how sure Tesseract is (0..100)."""

    paragraphs: list[str] = field(default_factory=list[str])
    confidence: float = 0.0

    @property
    def length(self) -> int:
        return sum(map(len, self.paragraphs))


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """Installed ones of French and English, else whatever there is; empty without Tesseract."""
    program = shutil.which("tesseract")
    if program is None:
        return ()
    listed = subprocess.run(  # noqa: S603 the program is Tesseract
        [program, "--list-langs"], capture_output=True, text=True, check=False
    )
    installed = {line.strip() for line in listed.stdout.splitlines()[1:]} - _NOT_LANGUAGES
    return tuple(name for name in _LANGUAGES if name in installed) or tuple(sorted(installed)[:1])


def is_available(out: TextBuilder) -> bool:
    """Warns when OCR, or one of its languages, is missing."""
    if not languages():
        out.warn(UNAVAILABLE)
        return False
    if any(name not in languages() for name in _LANGUAGES):
        out.warn(LANGUAGE_MISSING)
    return True


def recognise(image: bytes | Path, *, dpi: int | None = None, alone: str | None = None) -> list[Recognised]:
    """Read an image; one result per page in it (TIFF).

    Args:
        image: a file, or the bytes of one in a format that Leptonica reads.
        dpi: resolution, where the image does not say it.
        alone: one of `languages()`, to read with it only.

    Raises:
        DocumentCorruptError: not an image that can be read.
        DocumentTooLargeError: it does not fit into the memory allowed.
    """
    if alone is not None:
        return _run(image, _AUTOMATIC, dpi, (alone,))
    pages = _run(image, _AUTOMATIC, dpi)
    if any(0 < page.confidence < _DOUBTFUL for page in pages):
        turned = _run(image, _WITH_ORIENTATION, dpi)
        pages = [_better(*pair) for pair in zip(pages, turned, strict=False)] or pages
    return pages


def _better(first: Recognised, second: Recognised) -> Recognised:
    """The surer one; a few words that happen to be sure do not count for more than a page."""
    return max(first, second, key=lambda page: page.confidence * min(page.length, 400))


def _run(image: bytes | Path, mode: str, dpi: int | None, only: tuple[str, ...] = ()) -> list[Recognised]:
    given = image if isinstance(image, bytes) else None
    resolution = ["--dpi", str(dpi)] if dpi else []
    options = ["-l", "+".join(only or languages()), "--psm", mode, *resolution, "tsv"]
    result = subprocess.run(  # noqa: S603 the program is Tesseract, the path is ours
        [shutil.which("tesseract") or "", "stdin" if given else str(image), "stdout", *options],
        input=given,
        stdin=subprocess.DEVNULL if given is None else None,
        capture_output=True,
        check=False,
    )
    if result.returncode != 0:
        reason = result.stderr.decode(errors="replace")[-500:]
        if _MEMORY.search(reason) or result.returncode < 0:
            raise DocumentTooLargeError("The image is too large to be read.", reason=reason)
        raise DocumentCorruptError("The image is damaged.", reason=reason)
    return _pages(result.stdout.decode(errors="replace"))


def _pages(table: str) -> list[Recognised]:
    rows = list(csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE))
    numbers = sorted({int(row["page_num"]) for row in rows})
    return [_page([row for row in rows if int(row["page_num"]) == number]) for number in numbers]


def _page(rows: list[dict[str, str]]) -> Recognised:
    lines: dict[tuple[int, int], dict[int, list[str]]] = {}
    sure = weight = 0.0
    for row in rows:
        word, confidence = (row["text"] or "").strip(), float(row["conf"] or -1)
        if row["level"] != _WORD_LEVEL or not word:
            continue
        sure += confidence * len(word)
        weight += len(word)
        if confidence >= _NOISE:
            paragraph = lines.setdefault((int(row["block_num"]), int(row["par_num"])), {})
            paragraph.setdefault(int(row["line_num"]), []).append(word)
    paragraphs = [_joined([" ".join(words) for words in paragraph.values()]) for paragraph in lines.values()]
    return Recognised([text for text in paragraphs if text], sure / weight if weight else 0.0)


def _joined(lines: list[str]) -> str:
    """One paragraph, without the hyphens that broke its words."""
    text = ""
    for line in lines:
        if text.endswith(_HYPHENS) and line[:1].islower() and text[-2:-1].isalpha():
            text = text[:-1] + line
        else:
            text = f"{text} {line}" if text else line
    return text
