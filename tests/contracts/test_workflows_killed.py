"""Workflows survive the death of the process that runs them, at any moment."""

import asyncio
import random
import signal
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from bastide.kit.clock import SystemClock
from bastide.platform.workflows.dbos import DbosWorkflows
from bastide.platform.workflows.port import Workflows, WorkflowState
from tests.contracts.workflow_worker import PLACES, STEPS, Worker

ROOT = Path(__file__).parents[2]
FRESH = 8  # enqueued in every round
LEASE_S = 1.5
LEAST_ROUNDS = 8
PATIENCE_S = 10 * LEASE_S  # for all that is left, on a busy machine; without a lease it would be for ever


class Crowd:
    """Worker processes on one store."""

    def __init__(self, url: str, folder: Path) -> None:
        program = [sys.executable, "-m", "tests.contracts.workflow_worker"]
        self.command = [*program, url, str(folder), str(LEASE_S)]
        self.alive: list[Process] = []

    async def start(self) -> Process:
        process = await asyncio.create_subprocess_exec(*self.command, cwd=ROOT, stdout=PIPE)
        self.alive.append(process)
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
        return process

    async def kill(self, process: Process) -> None:
        process.kill()
        await process.communicate()
        self.alive.remove(process)

    async def disperse(self) -> None:
        for process in list(self.alive):
            await self.kill(process)


@pytest.fixture
def effects(tmp_path: Path) -> Path:
    folder = tmp_path / "effects"
    folder.mkdir()
    return folder


@pytest.fixture
async def front(workflows_url: str, effects: Path) -> AsyncIterator[Workflows]:
    workflows = DbosWorkflows(workflows_url, SystemClock())
    workflows.register("steps", Worker(effects).workflow, queue="steps", concurrency=PLACES)
    await workflows.start(work=False)
    yield workflows
    await workflows.stop()


@pytest.fixture
async def crowd(workflows_url: str, effects: Path) -> AsyncIterator[Crowd]:
    crowd = Crowd(workflows_url, effects)
    yield crowd
    await crowd.disperse()


async def enqueue(front: Workflows, number: int) -> list[str]:
    ids = [f"evt_{number}_{n}" for n in range(FRESH)]
    for workflow_id in ids:
        await front.enqueue("steps", workflow_id, {})
    return ids


async def all_end(front: Workflows, ids: list[str]) -> None:
    for workflow_id in ids:
        while True:
            status = await front.status(workflow_id)
            assert status is not None
            if status.state not in {WorkflowState.QUEUED, WorkflowState.RUNNING}:
                break
            await asyncio.sleep(0.02)
        assert status.state is WorkflowState.DONE


def check(effects: Path, workflow_id: str, *, in_order: bool) -> int:
    """The steps ran in order and remembered the same results ever after; returns how many ran again."""
    lines = [line.split() for line in (effects / workflow_id).read_text().splitlines()]
    numbers = [int(line[0]) for line in lines]
    assert sorted(set(numbers)) == list(range(STEPS))
    if in_order:  # once a step is remembered it does not run again
        assert all(before <= after for before, after in pairwise(numbers))
    made = {(int(line[0]), line[1]) for line in lines}
    remembered = {tuple(line[2:]) for line in lines if int(line[0]) == STEPS - 1}
    assert len(remembered) == 1
    assert {(number, token) for number, token in enumerate(*remembered)} <= made
    return len(lines) - STEPS


async def kill_and_restart(front: Workflows, crowd: Crowd, effects: Path, rounds: int) -> None:
    ids: list[str] = []
    for number in range(rounds):
        process = await crowd.start()
        ids += await enqueue(front, number)
        await asyncio.sleep(random.uniform(0, 0.3))
        await crowd.kill(process)
    await crowd.start()
    await all_end(front, ids)
    again = sum(check(effects, each, in_order=True) for each in ids)
    assert 0 < again <= rounds * PLACES  # at most the steps that ran when the process was killed


async def test_a_new_process_goes_on(front: Workflows, crowd: Crowd, effects: Path) -> None:
    await kill_and_restart(front, crowd, effects, rounds=5)


@pytest.mark.heavy
@pytest.mark.timeout(600)
async def test_a_hundred_kills(front: Workflows, crowd: Crowd, effects: Path) -> None:
    await kill_and_restart(front, crowd, effects, rounds=100)


@pytest.mark.heavy
@pytest.mark.parametrize("workflows_url", ["postgresql"], indirect=True)
@pytest.mark.timeout(600)
async def test_another_worker_takes_over(front: Workflows, crowd: Crowd, effects: Path) -> None:
    """Two work; one of them is killed again and again, and nobody with its name ever comes back."""
    ids: list[str] = []
    await crowd.start()
    for number in range(30):
        victim = await crowd.start()
        ids += await enqueue(front, number)
        await asyncio.sleep(random.uniform(0.1, 0.4))
        await crowd.kill(victim)
    killed_at = time.monotonic()
    await all_end(front, ids)
    assert time.monotonic() - killed_at < PATIENCE_S
    again = sum(check(effects, each, in_order=True) for each in ids)
    assert 0 < again <= 30 * PLACES


async def one_has_begun(effects: Path, ids: Sequence[str]) -> None:
    async with asyncio.timeout(60):
        while not any((effects / each).exists() for each in ids):  # noqa: ASYNC110  # files of another process
            await asyncio.sleep(0.01)


@pytest.mark.heavy
@pytest.mark.parametrize("workflows_url", ["postgresql"], indirect=True)
@pytest.mark.timeout(600)
async def test_a_worker_that_was_taken_for_dead_steps_back(
    front: Workflows, crowd: Crowd, effects: Path
) -> None:
    """It sleeps for longer than its lease, another takes its workflows, and it wakes up in their middle."""
    sleeper = await crowd.start()
    again, rounds = 0, 0
    while again == 0 or rounds < LEAST_ROUNDS:  # until both have worked on the same
        ids = await enqueue(front, 2 * rounds)
        await one_has_begun(effects, ids)
        await asyncio.sleep(random.uniform(0, 0.15))
        sleeper.send_signal(signal.SIGSTOP)
        ids += await enqueue(front, 2 * rounds + 1)
        other = await crowd.start()
        await asyncio.sleep(random.uniform(1, 2) * LEASE_S)
        sleeper.send_signal(signal.SIGCONT)
        await asyncio.sleep(random.uniform(0, 0.5))
        await crowd.kill(other)
        await all_end(front, ids)
        again += sum(check(effects, each, in_order=False) for each in ids)
        rounds += 1
    assert again <= rounds * 3 * PLACES
