"""Run every file of a folder through the parser: how each ends, and how fast.

.venv/bin/python bench/ingestion/parse_corpus.py --corpus ../shared/eval/documents [--processes 2] [--all]
"""

import argparse
import asyncio
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from bastide.kit.errors import BastideError
from bastide.knowledge.adapters.parsing.parser import SubprocessParser
from bastide.knowledge.ports.parser import ParseLimits


@dataclass(frozen=True)
class Outcome:
    path: Path
    code: str
    seconds: float
    pages: int = 0
    ocr_pages: int = 0
    chars: int = 0
    detail: str = ""


async def parse(parser: SubprocessParser, path: Path) -> Outcome:
    started = time.perf_counter()
    try:
        extracted = await parser.parse(path, path.name, limits=ParseLimits(timeout_s=120))
    except BastideError as error:
        detail = f"{error.message} {error.details or ''}"
        return Outcome(path, error.code, time.perf_counter() - started, detail=detail)
    seconds = time.perf_counter() - started
    await parser.discard(extracted)
    check(extracted.text, [(block.start, block.end) for block in extracted.blocks])
    ocr_pages = sum(page.ocr for page in extracted.pages)
    detail = f"{extracted.media_type} {' '.join(extracted.warnings)}"
    return Outcome(path, "text", seconds, len(extracted.pages), ocr_pages, len(extracted.text), detail)


def check(text: str, spans: list[tuple[int, int]]) -> None:
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert not spans or spans[-1][1] <= len(text)


def left_behind(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not files, files


async def run(paths: list[Path], processes: int) -> tuple[list[Outcome], float]:
    with tempfile.TemporaryDirectory() as temporary:
        parser = SubprocessParser(Path(temporary), processes)
        waiting = list(reversed(paths))
        outcomes: list[Outcome] = []

        async def serve() -> None:
            while waiting:
                outcomes.append(await parse(parser, waiting.pop()))

        started = time.perf_counter()
        await asyncio.gather(*(serve() for _ in range(processes)))
        seconds = time.perf_counter() - started
        await parser.close()
        left_behind(Path(temporary))
    return outcomes, seconds


def report(outcomes: list[Outcome], seconds: float, *, everything: bool) -> None:
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for one in outcomes:
        table[one.path.suffix.lower() or "(none)"][one.code] += 1
    codes = sorted({one.code for one in outcomes})
    print(f"{'':10}" + "".join(f"{code:>22}" for code in codes))
    for suffix, counts in sorted(table.items()):
        print(f"{suffix:10}" + "".join(f"{counts[code] or '':>22}" for code in codes))
    totals = Counter(one.code for one in outcomes)
    print(f"{'all':10}" + "".join(f"{totals[code]:>22}" for code in codes))
    for one in sorted(outcomes, key=lambda one: str(one.path)):
        if everything or one.code != "text":
            print(
                f"{one.code:22} {one.seconds:7.2f} s {one.chars:8} chars  {one.path.name}  {one.detail[:150]}"
            )
    native = [
        one for one in outcomes if one.path.suffix.lower() == ".pdf" and one.pages and not one.ocr_pages
    ]
    if native:
        pages, busy = sum(one.pages for one in native), sum(one.seconds for one in native)
        print(f"native PDF: {pages} pages, {pages / busy:.0f} pages/s per process")
    scanned = [one for one in outcomes if one.ocr_pages]
    if scanned:
        pages, busy = sum(one.ocr_pages for one in scanned), sum(one.seconds for one in scanned)
        print(f"OCR: {pages} pages, {pages / busy:.2f} pages/s per document at work")
    slowest = max(outcomes, key=lambda one: one.seconds)
    print(f"{len(outcomes)} files in {seconds:.1f} s; slowest {slowest.path.name} {slowest.seconds:.1f} s")


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, default=Path("../shared/eval/documents"))
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--all", action="store_true", help="list every file, not only those refused")
    given = options.parse_args()
    paths = sorted(path for path in given.corpus.rglob("*") if path.is_file())
    outcomes, seconds = asyncio.run(run(paths, given.processes))
    report(outcomes, seconds, everything=given.all)


if __name__ == "__main__":
    main()
