"""What the workflow port promises, on SQLite and PostgreSQL."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from bastide.kit.clock import SystemClock
from bastide.kit.errors import ConflictError, InvalidError, UnavailableError
from bastide.kit.json import JsonObject
from bastide.platform.workflows import store
from bastide.platform.workflows.dbos import DbosWorkflows
from bastide.platform.workflows.errors import (
    ABANDONED,
    AlreadyWorkingError,
    UnknownWorkflowError,
    WorkflowCancelledError,
    WorkflowIdTakenError,
)
from bastide.platform.workflows.port import (
    Workflow,
    WorkflowContext,
    Workflows,
    WorkflowState,
    WorkflowStatus,
)

Start = Callable[..., AbstractAsyncContextManager[Workflows]]
ENDED = {WorkflowState.DONE, WorkflowState.FAILED, WorkflowState.CANCELLED}


class EncryptedError(InvalidError):
    code = "document.encrypted"


@pytest.fixture
def start(workflows_url: str) -> Start:
    """Opens workflows on the same store again and again, each time as a new process would."""

    @asynccontextmanager
    async def started(
        *,
        work: bool = True,
        queue: str = "ingest",
        concurrency: int = 4,
        grace_s: float = 0.0,
        **named: Workflow,
    ) -> AsyncGenerator[Workflows]:
        workflows = DbosWorkflows(workflows_url, SystemClock(), first_pause_s=0.01)
        for name, workflow in named.items():
            workflows.register(name, workflow, queue="ingest", concurrency=concurrency)
        await workflows.start(work=work)
        try:
            yield workflows
        finally:
            await workflows.stop(grace_s=grace_s)

    return started


async def until(met: Callable[[], bool | Awaitable[bool]]) -> None:
    while True:  # the time limit is the test's own
        result = met()
        if result if isinstance(result, bool) else await result:
            return
        await asyncio.sleep(0.01)


async def ended(workflows: Workflows, workflow_id: str) -> WorkflowStatus:
    while True:
        status = await workflows.status(workflow_id)
        assert status is not None
        if status.state in ENDED:
            return status
        await asyncio.sleep(0.01)


class Steps:
    """Actions that are counted, and a workflow made of them."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.calls: Counter[str] = Counter()
        self.seen: list[tuple[str, JsonObject]] = []
        self.gates: dict[str, asyncio.Event] = {}

    def action(self, name: str) -> Callable[[], Awaitable[str]]:
        async def act() -> str:
            self.calls[name] += 1
            if name in self.gates:
                await self.gates[name].wait()
            return name

        return act

    async def workflow(self, context: WorkflowContext, payload: JsonObject) -> None:
        self.seen.append((context.workflow_id, payload))
        for name in self.names:
            assert await context.step(name, self.action(name)) == name


async def test_a_workflow_runs_to_its_end(start: Start) -> None:
    steps = Steps("parse", "index")
    async with start(ingest=steps.workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {"document_id": "doc_é", "pages": [1, 2.5, None]})
        status = await ended(workflows, "evt_1")
    assert status == WorkflowStatus("evt_1", "ingest", WorkflowState.DONE)
    assert steps.seen == [("evt_1", {"document_id": "doc_é", "pages": [1, 2.5, None]})]
    assert steps.calls == {"parse": 1, "index": 1}


async def test_nobody_knows_a_workflow_that_never_was(start: Start) -> None:
    async with start() as workflows:
        assert await workflows.status("evt_1") is None
        await workflows.cancel("evt_1")
        await workflows.forget(["evt_1"])


async def test_enqueuing_again_changes_nothing(start: Start) -> None:
    steps = Steps("parse")
    async with start(ingest=steps.workflow) as workflows:
        await asyncio.gather(*(workflows.enqueue("ingest", "evt_1", {"n": n}) for n in range(5)))
        await ended(workflows, "evt_1")
        await workflows.enqueue("ingest", "evt_1", {"n": 9})
        await workflows.enqueue("ingest", "evt_2", {})
        await ended(workflows, "evt_2")
    assert [workflow_id for workflow_id, _ in steps.seen] == ["evt_1", "evt_2"]
    assert steps.calls["parse"] == 2


async def test_mistakes_are_told_to_whoever_enqueues(start: Start) -> None:
    async with start(ingest=Steps().workflow, erase=Steps().workflow) as workflows:
        with pytest.raises(UnknownWorkflowError):
            await workflows.enqueue("ingets", "evt_1", {})
        await workflows.enqueue("ingest", "evt_1", {})
        with pytest.raises(WorkflowIdTakenError):
            await workflows.enqueue("erase", "evt_1", {})


async def test_a_step_is_remembered_when_the_process_stops_in_the_next_one(start: Start) -> None:
    first, second = Steps("parse", "index"), Steps("parse", "index")
    first.gates["index"] = asyncio.Event()
    async with start(ingest=first.workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {"n": 1})
        await until(lambda: first.calls["index"] == 1)
    async with start(ingest=second.workflow) as workflows:
        assert (await ended(workflows, "evt_1")).state is WorkflowState.DONE
    assert first.calls == {"parse": 1, "index": 1}
    assert second.calls == {"index": 1}
    assert second.seen == [("evt_1", {"n": 1})]


async def test_stopping_lets_a_step_end_and_begins_no_other(start: Start) -> None:
    first, second = Steps("parse", "index"), Steps("parse", "index")
    gate = first.gates["parse"] = asyncio.Event()
    async with start(ingest=first.workflow, grace_s=10) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        await until(lambda: first.calls["parse"] == 1)
        asyncio.get_running_loop().call_later(0.2, gate.set)
    async with start(ingest=second.workflow) as workflows:
        await ended(workflows, "evt_1")
    assert first.calls == {"parse": 1}
    assert second.calls == {"index": 1}


async def test_what_is_queued_survives_a_stop(start: Start) -> None:
    async with start(work=False, ingest=Steps().workflow) as workflows:
        for n in range(20):
            await workflows.enqueue("ingest", f"evt_{n}", {})
    steps = Steps("parse")
    async with start(ingest=steps.workflow) as workflows:
        for n in range(20):
            assert (await ended(workflows, f"evt_{n}")).state is WorkflowState.DONE
    assert steps.calls["parse"] == 20


async def test_a_process_that_does_not_work_only_enqueues_and_asks(start: Start) -> None:
    steps, idle = Steps("parse"), Steps("parse")
    async with start(work=False, ingest=idle.workflow) as front:
        await front.enqueue("ingest", "evt_1", {})
        await asyncio.sleep(0.1)
        assert await front.status("evt_1") == WorkflowStatus("evt_1", "ingest", WorkflowState.QUEUED)
        async with start(ingest=steps.workflow):
            await ended(front, "evt_1")
    assert idle.seen == []
    assert steps.calls["parse"] == 1


@pytest.mark.parametrize("error", [UnavailableError("away"), OSError("broken pipe")])
async def test_a_passing_fault_is_tried_again(start: Start, error: Exception) -> None:
    tries: list[int] = []

    async def flaky() -> int:
        tries.append(1)
        if len(tries) < 3:
            raise error
        return len(tries)

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        assert await context.step("embed", flaky, attempts=3) == 3

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        assert (await ended(workflows, "evt_1")).state is WorkflowState.DONE


@pytest.mark.parametrize(
    ("error", "attempts", "tries", "code", "message"),
    [
        (UnavailableError("The model is away."), 2, 2, "unavailable", "The model is away."),
        (OSError("broken pipe"), 3, 3, "internal", "OSError: broken pipe"),
        (EncryptedError("It has a password."), 3, 1, "document.encrypted", "It has a password."),
    ],
)
async def test_a_failed_step_fails_the_workflow(
    start: Start, error: Exception, attempts: int, tries: int, code: str, message: str
) -> None:
    calls: list[str] = []

    async def fail() -> None:
        calls.append("fail")
        raise error

    async def after() -> None:
        calls.append("after")

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        await context.step("parse", fail, attempts=attempts)
        await context.step("index", after)

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        status = await ended(workflows, "evt_1")
    assert status == WorkflowStatus("evt_1", "ingest", WorkflowState.FAILED, code, message)
    assert calls == ["fail"] * tries


async def test_a_workflow_that_crashes_between_its_steps_fails(start: Start) -> None:
    async def workflow(_: WorkflowContext, payload: JsonObject) -> None:
        raise KeyError(payload["n"])

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {"n": 1})
        status = await ended(workflows, "evt_1")
    assert (status.state, status.error_code) == (WorkflowState.FAILED, "internal")


async def test_a_caught_failure_is_remembered_too(start: Start) -> None:
    """The error handler sees the same error in the first run and when it is run again after a crash."""
    seen: list[tuple[str, str, Any]] = []
    calls: Counter[str] = Counter()
    gate = asyncio.Event()

    async def fail() -> None:
        calls["fail"] += 1
        raise EncryptedError("It has a password.", filename="é.pdf")

    async def mark() -> None:
        calls["mark"] += 1
        await gate.wait()

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        try:
            await context.step("parse", fail)
        except InvalidError as error:
            seen.append((error.code, error.message, error.details))
            await context.step("mark", mark)

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        await until(lambda: calls["mark"] == 1)
    gate.set()
    async with start(ingest=workflow) as workflows:
        assert (await ended(workflows, "evt_1")).state is WorkflowState.DONE
    assert seen == [("document.encrypted", "It has a password.", {"filename": "é.pdf"})] * 2
    assert calls == {"fail": 1, "mark": 2}


async def test_a_result_is_the_same_in_the_first_run_as_in_a_replay(start: Start) -> None:
    seen: list[object] = []
    gate = asyncio.Event()

    async def table() -> Any:
        return {1: ("a", None)}

    async def wait() -> None:
        await gate.wait()

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        seen.append(await context.step("table", table))
        await context.step("wait", wait)

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        await until(lambda: len(seen) == 1)
    gate.set()
    async with start(ingest=workflow) as workflows:
        await ended(workflows, "evt_1")
    assert seen == [{"1": ["a", None]}] * 2


async def test_a_result_that_cannot_be_remembered_fails_the_workflow(start: Start) -> None:
    calls: list[int] = []

    async def produce() -> Any:
        calls.append(1)
        return object()

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        await context.step("produce", produce)

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        assert (await ended(workflows, "evt_1")).error_code == "internal"
    assert len(calls) == 1


async def test_a_workflow_that_takes_its_process_down_is_given_up(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bastide.platform.workflows.runner._MAX_DEATHS", 2)
    steps = Steps("crash")
    steps.gates["crash"] = asyncio.Event()
    for death in range(1, 4):
        async with start(ingest=steps.workflow) as workflows:
            await workflows.enqueue("ingest", "evt_1", {})
            await until(lambda death=death: steps.calls["crash"] == death)
    async with start(ingest=steps.workflow) as workflows:
        status = await ended(workflows, "evt_1")
    assert (status.state, status.error_code) == (WorkflowState.FAILED, ABANDONED)
    assert steps.calls["crash"] == 3


async def test_cancelling_takes_effect_before_the_next_step(start: Start) -> None:
    steps = Steps("parse", "index")
    steps.gates["parse"] = asyncio.Event()
    raised: list[Exception] = []

    async def workflow(context: WorkflowContext, payload: JsonObject) -> None:
        try:
            await steps.workflow(context, payload)
        except WorkflowCancelledError as error:
            raised.append(error)
            raise

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        await until(lambda: steps.calls["parse"] == 1)
        await workflows.cancel("evt_1")
        steps.gates["parse"].set()
        await until(lambda: bool(raised))
        assert await workflows.status("evt_1") == WorkflowStatus("evt_1", "ingest", WorkflowState.CANCELLED)
        await workflows.enqueue("ingest", "evt_1", {})
    async with start(ingest=workflow) as workflows:
        await asyncio.sleep(0.1)
    assert steps.calls == {"parse": 1}


async def test_cancelling_ends_the_attempts_of_a_step(start: Start) -> None:
    tries: list[int] = []

    async def fail() -> None:
        tries.append(1)
        await workflows.cancel("evt_1")
        raise UnavailableError("away")

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        await context.step("embed", fail, attempts=10)

    async with start(ingest=workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        await ended(workflows, "evt_1")
        await asyncio.sleep(0.1)
    assert len(tries) == 1


async def test_a_cancelled_workflow_leaves_its_place_to_others(start: Start) -> None:
    blocked, others = Steps("wait"), Steps("parse")
    gate = blocked.gates["wait"] = asyncio.Event()
    async with start(slow=blocked.workflow, ingest=others.workflow, concurrency=1) as workflows:
        await workflows.enqueue("slow", "evt_1", {})
        await until(lambda: blocked.calls["wait"] == 1)
        await workflows.enqueue("ingest", "evt_2", {})
        await workflows.enqueue("ingest", "evt_3", {})
        await workflows.cancel("evt_2")
        await workflows.cancel("evt_1")
        gate.set()
        assert (await ended(workflows, "evt_3")).state is WorkflowState.DONE
        assert (await ended(workflows, "evt_2")).state is WorkflowState.CANCELLED
    assert [workflow_id for workflow_id, _ in others.seen] == ["evt_3"]


async def test_cancelling_what_has_ended_changes_nothing(start: Start) -> None:
    async with start(ingest=Steps("parse").workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        before = await ended(workflows, "evt_1")
        await workflows.cancel("evt_1")
        assert await workflows.status("evt_1") == before


@pytest.mark.parametrize("concurrency", [1, 3])
async def test_no_more_run_at_a_time_than_the_queue_allows(start: Start, concurrency: int) -> None:
    running: set[str] = set()
    most: list[int] = []

    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        running.add(context.workflow_id)
        most.append(len(running))
        await context.step("work", lambda: asyncio.sleep(0.005))
        running.discard(context.workflow_id)

    async with start(ingest=workflow, concurrency=concurrency) as workflows:
        for n in range(30):
            await workflows.enqueue("ingest", f"evt_{n}", {})
        for n in range(30):
            await ended(workflows, f"evt_{n}")
    assert len(most) == 30
    assert max(most) == concurrency


async def test_a_full_queue_does_not_hold_up_another(workflows_url: str) -> None:
    blocked, free = Steps("wait"), Steps("erase")
    blocked.gates["wait"] = asyncio.Event()
    workflows = DbosWorkflows(workflows_url, SystemClock())
    workflows.register("slow", blocked.workflow, queue="slow", concurrency=1)
    workflows.register("erase", free.workflow, queue="fast", concurrency=1)
    await workflows.start()
    await workflows.enqueue("slow", "evt_1", {})
    await workflows.enqueue("slow", "evt_2", {})
    await workflows.enqueue("erase", "evt_3", {})
    assert (await ended(workflows, "evt_3")).state is WorkflowState.DONE
    assert blocked.calls["wait"] <= 1
    await workflows.stop(grace_s=0)


async def test_a_forgotten_workflow_leaves_no_trace(start: Start, workflows_url: str, home: Path) -> None:
    secret = "Ξ-kept-in-confidence"

    async def tell() -> str:
        return f"result {secret}"

    async def workflow(context: WorkflowContext, payload: JsonObject) -> None:
        await context.step("tell", tell)
        if payload["fail"]:
            raise ConflictError(f"failed with {secret}")

    def found() -> bool:
        if workflows_url.startswith("sqlite"):
            return any(secret.encode() in path.read_bytes() for path in home.iterdir() if path.is_file())
        return secret in dump(workflows_url)

    async with start(ingest=workflow) as workflows:
        for n in range(3):
            await workflows.enqueue("ingest", f"evt_{n}", {"text": secret, "fail": n == 1})
            await ended(workflows, f"evt_{n}")
        assert found()
        await workflows.forget([f"evt_{n}" for n in range(3)])
        await workflows.compact()
        assert not found()
        assert await workflows.status("evt_1") is None
        await workflows.enqueue("ingest", "evt_1", {"fail": False})
        assert (await ended(workflows, "evt_1")).state is WorkflowState.DONE


def dump(url: str) -> str:
    """Every row of every table of the store, as text."""
    engine = store.open_engine(url)
    with engine.connect() as connection:
        tables = connection.execute(
            sa.text("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = :s"),
            {"s": store.SCHEMA},
        ).all()
        rows = [
            str(row)
            for schema, table in tables
            for row in connection.execute(sa.text(f'SELECT t::text FROM "{schema}"."{table}" t'))
        ]
    engine.dispose()
    return "\n".join(rows)


async def test_what_has_not_ended_is_not_forgotten(start: Start) -> None:
    steps = Steps("wait")
    gate = steps.gates["wait"] = asyncio.Event()
    async with start(ingest=steps.workflow) as workflows:
        await workflows.enqueue("ingest", "evt_1", {})
        await until(lambda: steps.calls["wait"] == 1)
        await workflows.forget(["evt_1"])
        gate.set()
        assert (await ended(workflows, "evt_1")).state is WorkflowState.DONE


async def test_what_ended_long_ago_is_swept_away(start: Start, workflows_url: str) -> None:
    steps, blocked = Steps("parse"), Steps("wait")
    blocked.gates["wait"] = asyncio.Event()
    async with start(ingest=steps.workflow, slow=blocked.workflow) as workflows:
        await workflows.enqueue("ingest", "evt_old", {})
        await workflows.enqueue("slow", "evt_running", {})
        await ended(workflows, "evt_old")
    async with start(slow=blocked.workflow) as workflows:
        assert await workflows.status("evt_old") is not None
    forgetful = DbosWorkflows(workflows_url, SystemClock(), kept=timedelta(seconds=-2))
    forgetful.register("slow", blocked.workflow, queue="ingest", concurrency=1)
    await forgetful.start()
    await until(lambda: gone(forgetful, "evt_old"))
    assert await forgetful.status("evt_running") is not None
    await forgetful.stop(grace_s=0)


async def gone(workflows: Workflows, workflow_id: str) -> bool:
    return await workflows.status(workflow_id) is None


@pytest.mark.heavy
@pytest.mark.parametrize("workflows_url", ["postgresql"], indirect=True)
async def test_lost_connections_are_made_again(start: Start, workflows_url: str) -> None:
    async def workflow(context: WorkflowContext, _: JsonObject) -> None:
        for number in range(5):
            await context.step(f"step {number}", lambda: asyncio.sleep(0.02))

    async with start(ingest=workflow) as workflows:
        with psycopg.connect(workflows_url, autocommit=True) as administrator:
            for number in range(30):
                if number % 10 == 5:
                    administrator.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                await persistently(workflows, "ingest", f"evt_{number}")
            for number in range(30):
                assert (await ended(workflows, f"evt_{number}")).state is WorkflowState.DONE


async def persistently(workflows: Workflows, name: str, workflow_id: str) -> None:
    """As the outbox does."""
    while True:
        try:
            await workflows.enqueue(name, workflow_id, {})
        except UnavailableError:
            await asyncio.sleep(0.05)
        else:
            return


async def test_a_store_that_does_not_answer_is_unavailable() -> None:
    workflows = DbosWorkflows("postgresql://nobody@127.0.0.1:1/none", SystemClock())
    for work in (False, True):
        with pytest.raises(UnavailableError):
            await workflows.start(work=work)


async def test_one_part_of_a_process_works(start: Start) -> None:
    async with start():
        with pytest.raises(AlreadyWorkingError):
            async with start():
                pass
    async with start():
        pass


async def test_nothing_stays_behind_and_nothing_is_printed(
    start: Start, capfd: pytest.CaptureFixture[str], recwarn: pytest.WarningsRecorder
) -> None:
    await asyncio.to_thread(lambda: None)
    for n in range(3):
        async with start(ingest=Steps("parse").workflow) as workflows:
            await workflows.enqueue("ingest", f"evt_{n}", {})
            await ended(workflows, f"evt_{n}")
    assert await asyncio.to_thread(lambda: 1) == 1  # the loop's threads are its own again
    await until(lambda: not [thread for thread in threading.enumerate() if "dbos" in thread.name])
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list
