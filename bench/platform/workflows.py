"""Workflows per second, start, delay and recovery of the workflow engine.

    python -m bench.platform.workflows [--postgresql postgresql://…] [--count 500] [--places 4]

Goals: 50 short workflows/s, 0.5 s to start, nothing used while idle. The PostgreSQL database should be empty.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from bastide.kit.clock import SystemClock
from bastide.kit.json import JsonObject
from bastide.platform.telemetry.logs import configure_logs
from bastide.platform.workflows.dbos import DbosWorkflows
from bastide.platform.workflows.port import WorkflowContext, Workflows, WorkflowState
from bench.table import print_table

LEASE_S = 3.0
IDLE_S = 10
DONE = WorkflowState.DONE
INTERRUPTED = 20


async def nothing() -> None: ...


@dataclass
class Work:
    """Workflows whose steps do nothing, and one that waits in its second step."""

    hangs: bool = False
    began: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)

    async def one(self, context: WorkflowContext, _: JsonObject) -> None:
        await context.step("one", self.begin)

    async def two(self, context: WorkflowContext, _: JsonObject) -> None:
        await context.step("one", nothing)
        await context.step("two", nothing)

    async def wait(self, context: WorkflowContext, _: JsonObject) -> None:
        await context.step("one", nothing)
        await context.step("two", self.hang)

    async def begin(self) -> None:
        self.began.append(time.perf_counter())

    async def hang(self) -> None:
        self.again.append(time.perf_counter())
        if self.hangs:
            if len(self.again) == INTERRUPTED:
                print("waiting", flush=True)
            await asyncio.sleep(3600)


def engine(url: str, work: Work, places: int) -> DbosWorkflows:
    workflows = DbosWorkflows(url, SystemClock(), lease_s=LEASE_S)
    for name, workflow in (("one", work.one), ("two", work.two)):
        workflows.register(name, workflow, queue=name, concurrency=places)
    workflows.register("wait", work.wait, queue="wait", concurrency=INTERRUPTED)
    return workflows


async def ended(workflows: Workflows, ids: list[str]) -> None:
    for each in ids:
        while (status := await workflows.status(each)) is None or status.state is not DONE:  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def per_second(workflows: Workflows, name: str, count: int) -> tuple[float, float]:
    """Enqueued, and run to the end, from the first call on."""
    ids = [f"{name}-{number}" for number in range(count)]
    started = time.perf_counter()
    for each in ids:
        await workflows.enqueue(name, each, {"document_id": each})
    enqueued = time.perf_counter() - started
    await ended(workflows, ids)
    return count / enqueued, count / (time.perf_counter() - started)


async def delay_ms(workflows: Workflows, work: Work) -> float:
    """Median from `enqueue` to the first step, nothing else to do."""
    delays: list[float] = []
    for number in range(20):
        started = time.perf_counter()
        await workflows.enqueue("one", f"delay-{number}", {})
        await ended(workflows, [f"delay-{number}"])
        delays.append(work.began[-1] - started)
    return statistics.median(delays) * 1000


async def idle_percent() -> float:
    started = time.process_time()
    await asyncio.sleep(IDLE_S)
    return (time.process_time() - started) / IDLE_S * 100


async def recovery_s(url: str, places: int) -> float:
    """From the start of a process to the last interrupted step, after another was killed in all of them."""
    front = engine(url, Work(), places)
    await front.start(work=False)
    program = ["-m", "bench.platform.workflows", "--worker", url]
    worker = await asyncio.create_subprocess_exec(sys.executable, *program, stdout=asyncio.subprocess.PIPE)
    ids = [f"wait-{number}" for number in range(INTERRUPTED)]
    for each in ids:
        await front.enqueue("wait", each, {})
    assert worker.stdout is not None
    await worker.stdout.readline()
    worker.kill()
    await worker.communicate()
    work = Work()
    heir = engine(url, work, places)
    started = time.perf_counter()
    await heir.start()
    await ended(front, ids)
    await heir.stop()
    await front.stop()
    return max(work.again) - started


async def measure(name: str, url: str, count: int, places: int) -> list[object]:
    work = Work()
    workflows = engine(url, work, places)
    started = time.perf_counter()
    await workflows.start()
    start_s = time.perf_counter() - started
    enqueued, one = await per_second(workflows, "one", count)
    _, two = await per_second(workflows, "two", count)
    row: list[object] = [
        name,
        start_s,
        enqueued,
        one,
        two,
        await delay_ms(workflows, work),
        await idle_percent(),
    ]
    await workflows.stop()
    return [*row, await recovery_s(url, places)]


async def work_until_killed(url: str) -> None:
    await engine(url, Work(hangs=True), INTERRUPTED).start()
    await asyncio.Event().wait()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--places", type=int, default=4)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    configure_logs("ERROR", "console")
    if arguments.worker:
        await work_until_killed(arguments.worker)
    with tempfile.TemporaryDirectory() as folder:
        stores = [("SQLite", f"sqlite:///{Path(folder)}/workflows.db")]
        if arguments.postgresql:
            stores.append((f"PostgreSQL, lease {LEASE_S:.0f} s", arguments.postgresql))
        rows = [await measure(name, url, arguments.count, arguments.places) for name, url in stores]
    columns = ["", "start s", "enqueued/s", "1 step/s", "2 steps/s", "delay ms", "idle CPU %", "recovery s"]
    print_table(f"Workflows, {arguments.places} at a time", columns, rows)


if __name__ == "__main__":
    asyncio.run(main())
