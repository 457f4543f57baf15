"""Milliseconds of a search over HTTP, the query's embedding included, with a filter and without.

    python -m bench.retrieval.latency [--chunks 10000 100000] [--searches 500]

Documents go through the product's own ingestion: a hundred thousand chunks take about half an hour.
Goals: p95 20 ms at 10,000 chunks, 40 ms at 100,000 with a filter.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.corpus import fresh_installation
from bench.ingestion.kill import text_of
from bench.table import print_table
from tests.e2e.installation import Server

DEPARTMENTS = 50


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--chunks", type=int, nargs="*", default=[10_000])
    parser.add_argument("--searches", type=int, default=500)
    arguments = parser.parse_args()
    rows: list[list[object]] = []
    with fresh_installation() as installation, installation.server() as server:
        server.with_key()
        chunks = documents = 0
        for wanted in sorted(arguments.chunks):
            while chunks < wanted:
                chunks += add(server, documents)
                documents += 1
            for label, options in (("none", no_filter), ("1 of 50", one_department)):
                rows.append([f"{chunks:,}", label, *percentiles(server, arguments.searches, options)])
    print_table("Search over HTTP, ms", ["chunks", "filter", "p50", "p95", "p99"], rows)


def add(server: Server, number: int) -> int:
    """One document of some chunks; how many."""
    metadata = f'{{"department": "d{number % DEPARTMENTS}"}}'
    document = server.upload(f"{number}.md", text_of(number), "bench", metadata=metadata)
    return server.settled(document["document_id"])["chunks_count"]


def no_filter(_: int) -> dict[str, Any]:
    return {}


def one_department(number: int) -> dict[str, Any]:
    return {"filters": {"department": f"d{number % DEPARTMENTS}"}}


def percentiles(server: Server, searches: int, options: Callable[[int], dict[str, Any]]) -> list[float]:
    took: list[float] = []
    for number in range(searches):
        started = time.perf_counter()
        server.search(f"garden copper of section {number % 90} number {number}", **options(number))
        took.append((time.perf_counter() - started) * 1000)
    return [float(value) for value in np.percentile(took, [50, 95, 99])]


if __name__ == "__main__":
    main()
