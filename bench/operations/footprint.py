"""Seconds from `bastide up` to `/ready`; memory after start, and whether it stays flat under load.

    python -m bench.operations.footprint [--uploads 2000] [--searches 10000]

Goals: 3 s on an existing home; 350 MB resident after start, flat within 5 % over the uploads and searches.

"Resident" is what the processes hold: heaps and stacks (anonymous), and the pages of programs and libraries
(files). The mapped data, which are the files of the search index and the embedder's weights, stand in a
column of their own: they grow with the documents and the words that are met, and the kernel takes them back
when memory is short. Helpers (parsers, rebuilds of the index) come with work and end a minute after it: they
stand apart too. "Flat" is judged on every sample, one a second, from the end of the warm-up (100 uploads, 200
searches) to the last search. What else runs on the machine makes no difference: see
`bench.operations.memory`.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial

from bench.corpus import fresh_installation
from bench.ingestion.kill import text_of
from bench.operations.memory import Footprint, footprint, helpers_gone, recorded, spread
from bench.table import print_table
from tests.e2e.installation import Installation, Server

STARTS = 5
WARM_UPLOADS, WARM_SEARCHES = 100, 200
PARTS = 8  # of the uploads, and of the searches
IDLE_S = 90  # a parser without work ends after 60
COLUMNS = (
    "after",
    "server: anonymous",
    "files",
    "helpers",
    "(processes)",
    "all resident",
    "mapped data",
    "sum",
)

Row = list[object]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--uploads", type=int, default=2000)
    parser.add_argument("--searches", type=int, default=10_000)
    arguments = parser.parse_args()
    with fresh_installation() as installation:
        starts = [start_s(installation) for _ in range(STARTS)]
        rows, steady = under_load(installation, arguments.uploads, arguments.searches)
        rows += started_again(installation)
    print_table(
        "Start", ["", "s"], [["first, new home", starts[0]], ["median", statistics.median(starts[1:])]]
    )
    print_table("Memory in MB", COLUMNS, rows)
    print_table(
        f"Steady: {len(steady)} samples after the warm-up, in MB",
        ["", "first", "last", "minimum", "maximum", "±"],
        [
            flatness("server process: anonymous", [taken.server_anonymous for taken in steady]),
            flatness("server process", [taken.server for taken in steady]),
            flatness("with helpers", [taken.resident for taken in steady]),
            flatness("with mapped data too", [taken.everything for taken in steady]),
        ],
    )


def start_s(installation: Installation) -> float:
    """To the first `/ready`, polled every 50 ms."""
    started = time.perf_counter()
    with installation.server():
        return time.perf_counter() - started


def under_load(installation: Installation, uploads: int, searches: int) -> tuple[list[Row], list[Footprint]]:
    """Memory after each part of the work, and every sample of the steady part."""
    with installation.server() as server:
        take = partial(footprint, server.process.pid, installation.home)
        server.with_token()
        time.sleep(2)
        rows = [row("start", take())]
        upload(server, range(uploads, uploads + WARM_UPLOADS))
        search(server, range(WARM_SEARCHES))
        rows.append(row("warm-up", take()))
        with recorded(take, every_s=1) as steady:
            for verb, count, work in (("uploads", uploads, upload), ("searches", searches, search)):
                rows += in_parts(take, verb, count, partial(work, server))
        rows.append(row("helpers have ended", helpers_gone(take, IDLE_S)))
    return rows, steady


def in_parts(
    take: Callable[[], Footprint], verb: str, count: int, work: Callable[[range], None]
) -> list[Row]:
    rows: list[Row] = []
    for part in range(PARTS):
        numbers = range(count * part // PARTS, count * (part + 1) // PARTS)
        work(numbers)
        rows.append(row(f"{numbers.stop:,} {verb}", take()))
    return rows


def started_again(installation: Installation) -> list[Row]:
    """On the home that is full now."""
    with installation.server() as server:
        server.with_token()
        time.sleep(2)
        rows = [row("start again", footprint(server.process.pid, installation.home))]
        search(server, range(WARM_SEARCHES))
        return [*rows, row(f"{WARM_SEARCHES} searches", footprint(server.process.pid, installation.home))]


def upload(server: Server, numbers: Sequence[int]) -> None:
    """Until all of them can be searched."""
    accepted = [server.upload(f"note-{number}.md", text_of(number)[:1500]) for number in numbers]
    for document in accepted:
        server.settled(document["document_id"])


def search(server: Server, numbers: Sequence[int]) -> None:
    for number in numbers:
        server.search(f"section {number % 50} garden copper {number}")


def row(name: str, taken: Footprint) -> Row:
    helpers = sum(taken.helpers.values())
    count = ", ".join(f"{number} {kind}" for kind, number in sorted(taken.helper_processes.items()))
    figures = [taken.server_anonymous, taken.server_files, helpers]
    return [
        name,
        *map(round, figures),
        count or "–",
        *map(round, (taken.resident, taken.data, taken.everything)),
    ]


def flatness(name: str, figures: Sequence[float]) -> Row:
    return [
        name,
        *map(round, (figures[0], figures[-1], min(figures), max(figures))),
        f"{spread(figures):.1f} %",
    ]


if __name__ == "__main__":
    main()
