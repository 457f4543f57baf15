"""Headers and footers that come back on every page."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bastide.knowledge.adapters.parsing.lines import Line, PageLines

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b")
_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:page\s*|p\.\s*)?#(?:\s*(?:/|of|sur|de)\s*#)?[-–—\s]*")
_EDGE = 0.15  # of the page's height: only there may a line be a header or a footer
_MIN_PAGES = 4
_SHARE = 0.4  # headers of left and right pages may differ


def without_running_lines(pages: Sequence[PageLines]) -> list[PageLines]:
    """Keep the first of each, so that no words are lost; page numbers alone are all left out."""
    seen: Counter[tuple[str, int]] = Counter(
        key for page in pages for key in {_key(line, page) for line in page.lines if _at_edge(line, page)}
    )
    running = {key for key, count in seen.items() if count >= max(_MIN_PAGES, _SHARE * len(pages))}
    kept: set[tuple[str, int]] = set()
    return [_filtered(page, running, kept) for page in pages]


def _filtered(page: PageLines, running: set[tuple[str, int]], kept: set[tuple[str, int]]) -> PageLines:
    lines: list[Line] = []
    for line in page.lines:
        key = _key(line, page)
        if line.cell is None and _at_edge(line, page):
            if key in kept or _PAGE_NUMBER.fullmatch(key[0]):
                continue
            if key in running:
                kept.add(key)
        lines.append(line)
    return replace(page, lines=tuple(lines))


def _key(line: Line, page: PageLines) -> tuple[str, int]:
    """The words without numbers, and the height on the page (to 1/50 of it)."""
    words = " ".join(_DIGITS.sub("#", line.text.lower()).split())
    return words, round(50 * line.top / page.height) if page.height else 0


def _at_edge(line: Line, page: PageLines) -> bool:
    return line.bottom < _EDGE * page.height or line.top > (1 - _EDGE) * page.height
