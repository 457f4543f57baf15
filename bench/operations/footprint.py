"""Seconds from `bastide up` to `/ready`, resident memory after start, and whether it stays flat.

    python -m bench.operations.footprint [--uploads 2000] [--searches 10000]

Goals: 3 s on an existing home, 350 MB, flat within 5 %.
"""

import argparse
import statistics
import time
from pathlib import Path

from bench.corpus import fresh_installation
from bench.ingestion.kill import text_of
from bench.table import print_table
from tests.e2e.installation import Installation, Server

STARTS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--uploads", type=int, default=2000)
    parser.add_argument("--searches", type=int, default=10_000)
    arguments = parser.parse_args()
    with fresh_installation() as installation:
        starts = [start_s(installation) for _ in range(STARTS)]
        with installation.server() as server:
            server.with_key()
            time.sleep(2)
            rows = [["start", resident_mb(server)]]
            rows += under_load(server, arguments.uploads, arguments.searches)
    print_table(
        "Start", ["", "s"], [["first, new home", starts[0]], ["median", statistics.median(starts[1:])]]
    )
    print_table("Resident memory, the server and its parsers", ["after", "MB"], rows)


def start_s(installation: Installation) -> float:
    """To the first `/ready`, polled every 50 ms."""
    started = time.perf_counter()
    with installation.server():
        return time.perf_counter() - started


def under_load(server: Server, uploads: int, searches: int) -> list[list[object]]:
    """Memory after each quarter of the uploads, then of the searches."""
    rows: list[list[object]] = []
    for quarter in range(4):
        numbers = range(uploads * quarter // 4, uploads * (quarter + 1) // 4)
        accepted = [
            server.upload(f"note-{number}.md", text_of(number)[:1500])["document_id"] for number in numbers
        ]
        for document_id in accepted:
            server.settled(document_id)
        rows.append([f"{uploads * (quarter + 1) // 4} uploads", resident_mb(server)])
    for quarter in range(4):
        for number in range(searches // 4):
            server.search(f"section {number % 50} garden copper {number}")
        rows.append([f"{searches * (quarter + 1) // 4} searches", resident_mb(server)])
    return rows


def resident_mb(server: Server) -> float:
    """Proportional set size of the process and its children, in MB (Linux)."""
    total_kb = 0
    for process in tree(server.process.pid):
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total_kb += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total_kb / 1000


def tree(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return [pid, *(found for child in children for found in tree(child))]


if __name__ == "__main__":
    main()
