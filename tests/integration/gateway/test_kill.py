"""Exact money whatever happens: calls of every kind, a process that is killed at random, nothing lost."""

import asyncio
import json
import random
import signal
import socket
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from bastide.gateway.adapters.file_journal import FileJournal
from bastide.gateway.adapters.memory_counters import MemoryCounters
from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.domain.ledger import Entry, Outcome, Totals
from bastide.gateway.domain.limits import Limit, Metric, Period, Subject
from bastide.gateway.domain.reports import UsageQuery
from bastide.gateway.domain.usage import Counts
from bastide.gateway.usecases.ledger.settle import Settler
from bastide.gateway.usecases.limits.limiter import Limiter
from bastide.kit.clock import SystemClock
from bastide.platform.database.engine import open_database
from bastide.platform.database.metadata import metadata
from bastide.platform.database.port import Database
from bastide.platform.outbox.sql import SqlOutbox
from tests.fakes.audit import RecordedAudit
from tests.integration.gateway.upstream import Request, chunk, completion, model_server
from tests.integration.gateway.victim import PRICE

CALLS = 3000
KILLS = 12
AT_ONCE = 16
SHARED = 40  # requests that are made again and again, and answered from the cache
BUDGETED = "b"  # the model whose calls have a budget, which lasts for about half of them
BUDGETED_TOKENS = 100
KINDS = {"plain": 6, "stream": 6, "cut": 2, "failed": 1, "refused": 1, "retried": 2, "cached": 3, "budget": 2}


class Upstream:
    """Answers with usage that depends on the request; fails and breaks off when asked to."""

    def __init__(self) -> None:
        self.failed: set[str] = set()

    async def __call__(self, request: Request) -> None:
        if request.method == "GET":
            request.reply({"data": []})
            return
        body = request.json
        name, kind = body["user"], body["metadata"]["kind"]
        usage = usage_of(name)
        await asyncio.sleep(random.random() / 50)
        if kind == "retried" and name not in self.failed:
            self.failed.add(name)
            request.reply({"error": {"message": "again"}}, 503)
        elif kind == "failed":
            request.reply({"error": {"message": "no"}}, 500)
        elif kind == "refused":
            request.reply({"error": {"message": "no"}}, 400)
        elif body.get("stream"):
            await self._stream(request, usage)
        else:
            request.reply(completion("x", usage=usage))

    async def _stream(self, request: Request, usage: dict[str, Any]) -> None:
        request.start_stream()
        for _ in range(5):
            request.event(chunk({"content": "word"}))
            await asyncio.sleep(0.002)
        request.event({**chunk({}), "choices": [], "usage": usage})
        request.end()


def usage_of(request_id: str) -> dict[str, Any]:
    """What the model server says of a call. The id ends in what the usage depends on."""
    name = request_id.rpartition(".")[2]
    generator = random.Random(name)
    most = BUDGETED_TOKENS if name.startswith("budget") else 5000
    prompt, completed = generator.randrange(1, most), generator.randrange(1, most)
    cached = generator.randrange(prompt)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completed,
        "prompt_tokens_details": {"cached_tokens": cached},
    }


class Caller:
    """Makes calls of random kinds; notes those whose answer came whole."""

    def __init__(self, url: str, calls: int) -> None:
        self.url = url
        self.calls = calls
        self.whole: dict[str, str] = {}
        self.over_budget = 0
        self.kills = 0
        self.next = 0

    async def run(self, seed: int) -> None:
        generator = random.Random(seed)
        async with httpx.AsyncClient(timeout=10, limits=httpx.Limits(max_keepalive_connections=0)) as client:
            while self.next < self.calls:
                self.next += 1
                name = f"call-{self.next}"
                while not await self._made(client, generator, name):
                    await asyncio.sleep(0.05)

    async def _made(self, client: httpx.AsyncClient, generator: random.Random, name: str) -> bool:
        """False when nobody listened: the gateway is just starting again."""
        try:
            await self._one(client, generator, name)
        except httpx.ConnectError:
            return False
        except httpx.TransportError:
            return True
        return True

    async def _one(self, client: httpx.AsyncClient, generator: random.Random, name: str) -> None:
        kind = generator.choices([*KINDS], [*KINDS.values()])[0]
        streamed = kind in {"stream", "cut"}
        headers, model = {}, "m"
        if kind == "cached":
            name = f"{name}.shared-{generator.randrange(SHARED)}"
            headers["x-bastide-cache"] = "on"
        elif kind == "budget":
            name, model = f"{name}.budget-{name}", BUDGETED
        headers["x-request-id"] = name
        body = {
            "model": model,
            "messages": [],
            "max_tokens": BUDGETED_TOKENS,
            "user": name.rpartition(".")[2],
            "stream": streamed,
            "metadata": {"kind": kind},
        }
        async with client.stream("POST", self.url, json=body, headers=headers) as answer:
            text = ""
            async for piece in answer.aiter_text():
                text += piece
                if kind == "cut" and "word" in text:
                    return
        if answer.status_code == 200 and (not streamed or text.endswith("data: [DONE]\n\n")):
            self.whole[name] = "hit" if answer.headers.get("x-bastide-cache") == "hit" else kind
        elif answer.status_code == 400:
            self.whole[name] = "refused"
        elif answer.status_code == 429:
            assert kind == "budget", answer.headers
            self.over_budget += 1


@dataclass(frozen=True)
class Survived:
    """What a run of calls through a gateway that is killed again and again has left.

    Attributes:
        budget, spent: of the calls that have one, in picounits.
        over_budget: how many of them were refused.
    """

    kills: int
    whole: int
    entries: list[Entry]
    budget: int
    spent: int
    over_budget: int


Progress = Callable[[int, int], None]
"""Told the calls that were begun and the kills so far, now and then."""


@pytest.mark.heavy
@pytest.mark.timeout(600)
async def test_the_ledger_is_what_was_used_after_random_kills(tmp_path: Path) -> None:
    survived = await survive(tmp_path, CALLS, KILLS)
    assert survived.kills >= KILLS // 2


async def survive(folder: Path, calls: int, kills: int, progress: Progress | None = None) -> Survived:
    """Make the calls, kill meanwhile, recover, and compare the ledger with what was used.

    Raises:
        AssertionError: they differ, or the budget was passed.
    """
    database = open_database(f"sqlite:///{folder}/bastide.db")
    async with database.transaction() as connection:
        await connection.run_sync(metadata.create_all)
    budget = await add_budget(database, calls)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    caller = Caller(f"http://127.0.0.1:{port}/v1/chat/completions", calls)
    async with model_server(Upstream()) as server:
        running = asyncio.gather(*(caller.run(seed) for seed in range(AT_ONCE)))
        telling = asyncio.create_task(tell(caller, progress))
        killed = await kill_at_random(folder, server.url, port, caller, running, kills)
        await running
        telling.cancel()
    entries = await recovered(database, folder)
    await check(database, entries, caller)
    await database.close()
    spent = sum(entry.cost for entry in entries if entry.model == BUDGETED)
    assert spent <= budget, "one process at a time: the budget is passed by nothing"
    assert caller.over_budget, "the budget was reached"
    return Survived(killed, len(caller.whole), entries, budget, spent, caller.over_budget)


async def add_budget(database: Database, calls: int) -> int:
    """For about half of the calls that will be made to that model."""
    made = calls * KINDS["budget"] / sum(KINDS.values())
    usual = Counts(BUDGETED_TOKENS // 2, BUDGETED_TOKENS // 2)
    amount = int(made / 2) * PRICE.of(usual)
    limit = Limit(
        "lim_b", "org_one", Subject.ORGANISATION, "*", Metric.COST, Period.TOTAL, amount, model=BUDGETED
    )
    async with SqlGatewayStore(database, SqlOutbox(), RecordedAudit()).transaction() as unit:
        await unit.limits.put(limit)
    return amount


async def tell(caller: Caller, progress: Progress | None) -> None:
    while progress is not None:
        progress(caller.next, caller.kills)
        await asyncio.sleep(5)


async def kill_at_random(
    folder: Path, upstream: str, port: int, caller: Caller, running: asyncio.Future[Any], most: int
) -> int:
    generator, kills = random.Random(7), 0
    arguments = ["-m", "tests.integration.gateway.victim", str(folder), upstream, str(port)]
    while not running.done():
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
        goal = min(caller.calls, (kills + 1) * caller.calls // most + generator.randrange(60))
        while caller.next < goal and not running.done():
            await asyncio.sleep(generator.random() / 20)
        if not running.done() and kills < most:
            process.send_signal(signal.SIGKILL)
            kills = caller.kills = kills + 1
        else:
            await running
            process.terminate()
        await process.wait()
    return kills


async def recovered(database: Database, folder: Path) -> list[Entry]:
    """What a next start finds in the journals is brought into the ledger, twice for good measure."""
    store, clock = SqlGatewayStore(database, SqlOutbox(), RecordedAudit()), SystemClock()
    for _ in range(2):
        journal = FileJournal(folder / "journal")
        settler = Settler(journal, store, Limiter(store, MemoryCounters(), clock), clock)
        await settler.recover()
        await settler.flush()
        journal.close()
    assert list((folder / "journal").iterdir()) == []
    async with store.reading() as unit:
        return list(await unit.usage.entries("org_one", None, None, 10**6))


async def check(database: Database, entries: list[Entry], caller: Caller) -> None:
    by_name = {entry.request_id: entry for entry in entries}
    assert len(by_name) == len(entries), "a call is in the ledger once"
    missing = [name for name in caller.whole if name not in by_name]
    assert not missing, "whoever has a whole answer is in the ledger"
    for name, kind in caller.whole.items():
        expected = {"refused": Outcome.REFUSED, "hit": Outcome.CACHED}.get(kind, Outcome.OK)
        assert by_name[name].outcome is expected, (name, kind, by_name[name])
    for entry in entries:
        if entry.outcome is Outcome.OK:
            usage = usage_of(entry.request_id)
            cached = usage["prompt_tokens_details"]["cached_tokens"]
            counts = Counts(usage["prompt_tokens"], usage["completion_tokens"], cached)
            assert entry.counts == counts
            assert entry.cost == PRICE.of(counts)
        elif entry.outcome in {Outcome.FAILED, Outcome.REFUSED, Outcome.CACHED}:
            assert entry.cost == 0
    totals = Totals()
    for entry in entries:
        totals.add(entry)
    days = [entry.day for entry in entries]
    async with SqlGatewayStore(database, SqlOutbox(), RecordedAudit()).reading() as unit:
        (row,) = await unit.usage.report(UsageQuery("org_one", min(days), max(days)))
    assert row.totals == totals, "the totals are the sum of the ledger"
    print(json.dumps(Counter(entry.outcome.value for entry in entries)))  # noqa: T201
