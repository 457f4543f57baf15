"""What auditing costs an answer: p50 and p95 of searches and grounded questions over HTTP.

    python -m bench.audit.answering --models .cache/home/models [--rounds 20] [--requests 200]

One server in a process of its own, on the sample documents: few of them, so that an answer is quick and what
the log costs shows most. Bastide itself has no switch for its log; the one here drops the entries of searches
and reads, and is turned between blocks of requests, each round in the other order. What it makes grow is
compared within each round, and the median over the rounds is told: machines drift more than the log costs.
"""

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx

from bastide.app import container
from bastide.app.server import serving
from bastide.app.settings import load_settings
from bastide.operations.contract import Audit, AuditEntry
from bastide.operations.module import Auditing
from bastide.platform.database.port import Connection
from bench.table import print_table

_SETTLE_S = 5.5
"""Longer than the log takes to write what a block has left."""
_START_S = 120
_WARM_UP = 20
_WITH, _WITHOUT = "with the log", "without"
_QUESTIONS = Path(__file__).parents[2] / "samples" / "questions.json"


class Switch:
    """The product's log, or nothing in its place."""

    def __init__(self, log: Audit, on: "Synchronized[int]") -> None:
        self._log = log
        self._on = on

    async def record(self, connection: Connection, entry: AuditEntry) -> None:
        await self._log.record(connection, entry)

    async def note(self, entry: AuditEntry) -> None:
        if self._on.value:
            await self._log.note(entry)


def run_server(home: Path, on: "Synchronized[int]", stop: Event) -> None:
    def switched(*given: Any, **named: Any) -> Auditing:
        auditing = Auditing(*given, **named)
        auditing.audit = Switch(auditing.audit, on)
        return auditing

    async def until_told() -> None:
        settings = load_settings(home=home, port=0, requests_per_s=0, gateway={"discover": False})
        async with serving(settings):
            await asyncio.to_thread(stop.wait)

    with patch.object(container, "Auditing", switched):
        asyncio.run(until_told())


def ready(home: Path) -> httpx.Client:
    """A client with the token of this machine's command line, once every sample is indexed."""
    note, deadline = home / "run" / "server.json", time.monotonic() + _START_S
    while time.monotonic() < deadline:
        time.sleep(0.5)
        if not note.exists():
            continue
        server: dict[str, Any] = json.loads(note.read_text())
        client = httpx.Client(
            base_url=server["url"], headers={"Authorization": f"Bearer {server['token']}"}, timeout=60
        )
        documents = client.get("/api/v1/documents", params={"limit": 100}).json()["items"]
        if documents and all(one["status"] == "indexed" for one in documents):
            return client
    raise SystemExit("the server did not get ready")


def search(client: httpx.Client, question: str) -> None:
    client.post("/api/v1/search", json={"query": question, "collection": "samples"}).raise_for_status()


def ask(client: httpx.Client, question: str) -> None:
    body = {
        "model": "bastide-reader",
        "messages": [{"role": "user", "content": question}],
        "bastide": {"collections": ["samples"]},
    }
    client.post("/v1/chat/completions", json=body).raise_for_status()


WORK: dict[str, Callable[[httpx.Client, str], None]] = {"search": search, "grounded question": ask}


def timed(client: httpx.Client, what: str, questions: Sequence[str]) -> list[float]:
    """Milliseconds each."""
    taken: list[float] = []
    for question in questions:
        started = time.perf_counter()
        WORK[what](client, question)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def entries(client: httpx.Client) -> int:
    return client.get("/api/v1/audit", params={"action": "search.answered", "limit": 1}).json()["total"]


def measure(client: httpx.Client, on: "Synchronized[int]", rounds: int, requests: int) -> None:
    questions = [one["question"] for one in json.loads(_QUESTIONS.read_text("utf-8"))]
    asked = random.Random(7).choices(questions, k=requests)
    taken: dict[tuple[str, str], list[list[float]]] = {
        (what, how): [] for what in WORK for how in (_WITH, _WITHOUT)
    }
    for what in WORK:
        timed(client, what, asked[:_WARM_UP])
    time.sleep(_SETTLE_S)
    before = entries(client)
    for number in range(rounds):
        for how in (_WITH, _WITHOUT) if number % 2 == 0 else (_WITHOUT, _WITH):
            on.value = how == _WITH
            for what in WORK:
                taken[what, how].append(timed(client, what, asked))
                time.sleep(_SETTLE_S)
    show(taken)
    written, expected = entries(client) - before, rounds * requests * len(WORK)
    assert written == expected, f"{written} entries were written, not {expected}"


def show(taken: dict[tuple[str, str], list[list[float]]]) -> None:
    rows: list[tuple[object, ...]] = []
    for what in WORK:
        for how in (_WITHOUT, _WITH):
            all_taken = [each for block in taken[what, how] for each in block]
            rows.append((what, how, len(all_taken), *quantiles(all_taken), "", ""))
        rounds = zip(taken[what, _WITH], taken[what, _WITHOUT], strict=True)
        pairs = [(quantiles(on), quantiles(off)) for on, off in rounds]
        grown = [statistics.median(on[each] / off[each] - 1 for on, off in pairs) for each in (0, 1)]
        rows[-1] = (*rows[-1][:-2], *(f"{each * 100:+.1f} %" for each in grown))
    columns = ("", "audit", "requests", "p50 ms", "p95 ms", "p50 grows", "p95 grows")
    print_table("What auditing costs an answer (goal: p95 grows by less than 3 %)", columns, rows)


def quantiles(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p95."""
    cuts = statistics.quantiles(values, n=20, method="inclusive")
    return cuts[9], cuts[18]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, required=True, help="folder `models` of a home that is set up")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--requests", type=int, default=200, help="of each kind, per block")
    arguments = parser.parse_args()
    spawning = multiprocessing.get_context("spawn")
    on, stop = spawning.Value("i", 1), spawning.Event()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        home.mkdir()
        (home / "models").symlink_to(arguments.models.resolve())
        server = spawning.Process(target=run_server, args=(home, on, stop))
        server.start()
        try:
            measure(ready(home), on, arguments.rounds, arguments.requests)
        finally:
            stop.set()
            server.join(30)


if __name__ == "__main__":
    main()
