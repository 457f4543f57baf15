"""Exact money at scale: mixed calls through a gateway that is killed at random, and what the ledger says.

    python -m bench.gateway.money [--calls 100000] [--kills 40] [--quick]

Streamed, cut, failed, refused, retried and cached calls, and calls under a budget that lasts for half of
them. The ledger must hold every call whose answer came whole with exactly the usage that the model
server gave it, nothing for an answer from the cache, and the totals must be its sums; the budget must
not be passed. The run ends with an error where that is not so. Goal: a difference of 0. It runs
unattended, and says on stderr how far it is.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.domain.usage import Counts
from bench.table import print_table
from tests.integration.gateway.test_kill import Survived, survive, usage_of
from tests.integration.gateway.victim import PRICE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args()
    calls, kills = (600, 3) if arguments.quick else (arguments.calls, arguments.kills)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="bastide-bench-") as folder:
        survived = asyncio.run(survive(Path(folder), calls, kills, _Progress(calls, started)))
    print_table("Exact money", ["", "", "goal"], _rows(survived, calls, time.perf_counter() - started))


def _rows(survived: Survived, calls: int, seconds: float) -> list[list[object]]:
    outcomes = Counter(entry.outcome.value for entry in survived.entries)
    return [
        ["calls made", calls, ""],
        ["processes killed with -9", survived.kills, ""],
        ["answers that came whole", survived.whole, ""],
        ["entries in the ledger", len(survived.entries), ""],
        *([f"… {outcome}", count, ""] for outcome, count in sorted(outcomes.items())),
        ["calls refused by the budget", survived.over_budget, "> 0"],
        ["budget, picounits", survived.budget, ""],
        ["spent of it", survived.spent, ""],
        ["passed by", max(0, survived.spent - survived.budget), "0"],
        ["picounits in the ledger", sum(entry.cost for entry in survived.entries), ""],
        ["difference to what was used, picounits", sum(_difference(each) for each in survived.entries), "0"],
        ["seconds", seconds, ""],
    ]


class _Progress:
    def __init__(self, calls: int, started: float) -> None:
        self._calls = calls
        self._started = started

    def __call__(self, made: int, kills: int) -> None:
        seconds = time.perf_counter() - self._started
        line = f"{made:,} of {self._calls:,} calls, {kills} kills, {seconds:.0f} s"
        print(line, end="\r" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def _difference(entry: Entry) -> int:
    """Between what the ledger charges for a whole answer and what its usage costs."""
    if entry.outcome is not Outcome.OK:
        return 0
    usage = usage_of(entry.request_id)
    cached = usage["prompt_tokens_details"]["cached_tokens"]
    return abs(entry.cost - PRICE.of(Counts(usage["prompt_tokens"], usage["completion_tokens"], cached)))


if __name__ == "__main__":
    main()
