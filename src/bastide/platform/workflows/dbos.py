"""Workflows on DBOS, over SQLite or PostgreSQL."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy import Engine

from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.kit.json import JsonObject
from bastide.platform.database.errors import translated
from bastide.platform.workflows import dbos_internals, dbos_logs, store
from bastide.platform.workflows.errors import AlreadyWorkingError, UnknownWorkflowError
from bastide.platform.workflows.port import Workflow, WorkflowState, WorkflowStatus
from bastide.platform.workflows.records import Records
from bastide.platform.workflows.runner import Registered, Runner

P = ParamSpec("P")
R = TypeVar("R")

_KEPT = timedelta(days=7)  # much longer than the outbox may take to deliver an event twice
_SWEEP_S = 3600

log = structlog.get_logger()


class DbosWorkflows:
    """Asks and enqueues through a client of DBOS, of which a process may have many; runs workflows in DBOS
    itself, of which it may have one (`start` with `work=True` raises AlreadyWorkingError for a second).

    Args:
        workflows_url: `sqlite:///path/to/file`, for one working process at a time, or `postgresql://…`.
        lease_s: a process that is silent for so long is taken for dead and its workflows taken over.
        first_pause_s: between a step's first and second attempt; later ones are longer.
        kept: for how long ended workflows are remembered.
    """

    def __init__(
        self,
        workflows_url: str,
        clock: Clock,
        *,
        lease_s: float = 30.0,
        first_pause_s: float = 0.5,
        kept: timedelta = _KEPT,
    ) -> None:
        self._url = workflows_url
        self._clock = clock
        self._lease_s = lease_s
        self._first_pause_s = first_pause_s
        self._kept = kept
        self._registered: dict[str, Registered] = {}
        self._queues: dict[str, int] = {}
        self._open: tuple[Engine, Records] | None = None
        self._runner: Runner | None = None
        self._sweeping: asyncio.Task[None] | None = None

    def register(self, name: str, workflow: Workflow, *, queue: str, concurrency: int) -> None:
        if self._queues.setdefault(queue, concurrency) != concurrency:
            raise ValueError(f"queue {queue} is registered with another concurrency")
        self._registered[name] = Registered(workflow, queue)

    async def start(self, *, work: bool = True) -> None:
        if work and dbos_internals.taken():
            raise AlreadyWorkingError("Another part of this process runs workflows already.")
        dbos_logs.quieten()
        engine = store.open_engine(self._url)
        self._open = engine, Records(engine)
        try:
            with translated():
                await asyncio.to_thread(dbos_internals.migrate, engine)
                if work:
                    await self._start_working(engine)
        except BaseException:
            await self.stop(grace_s=0)
            raise

    async def stop(self, *, grace_s: float = 10.0) -> None:
        if self._sweeping is not None:
            self._sweeping.cancel()
            await asyncio.wait([self._sweeping])
            self._sweeping = None
        if self._runner is not None:
            await self._runner.stop(grace_s)
            self._runner = None
        if self._open is not None:
            engine, records = self._open
            self._open = None
            records.close()
            engine.dispose()

    async def enqueue(self, name: str, workflow_id: str, payload: JsonObject) -> None:
        registered = self._registered.get(name)
        if registered is None:
            raise UnknownWorkflowError("No workflow is registered under this name.", name=name)
        await self._call(self._records.enqueue, name, registered.queue, workflow_id, payload)
        if self._runner is not None:
            self._runner.ring(registered.queue)

    async def cancel(self, workflow_id: str) -> None:
        await self._call(self._records.cancel, workflow_id)

    async def status(self, workflow_id: str) -> WorkflowStatus | None:
        return await self._call(self._records.find, workflow_id)

    async def forget(self, workflow_ids: list[str]) -> None:
        await self._call(self._records.forget, workflow_ids)

    async def compact(self) -> None:
        await self._call(store.compact, self._engine)

    async def _start_working(self, engine: Engine) -> None:
        self._runner = Runner(
            engine, self._is_cancelled, lease_s=self._lease_s, first_pause_s=self._first_pause_s
        )
        await self._runner.start(self._registered, self._queues)
        self._sweeping = asyncio.create_task(self._sweep())

    async def _sweep(self) -> None:
        while True:
            try:
                while await self._call(self._records.forget_before, self._clock.now() - self._kept):
                    pass
            except BastideError as error:
                log.warning("workflow.sweep_failed", code=error.code, error=error.message)
            await asyncio.sleep(_SWEEP_S)

    @property
    def _records(self) -> Records:
        return self._opened()[1]

    @property
    def _engine(self) -> Engine:
        return self._opened()[0]

    def _opened(self) -> tuple[Engine, Records]:
        if self._open is None:
            raise RuntimeError("the workflows are not started")
        return self._open

    async def _is_cancelled(self, workflow_id: str) -> bool:
        status = await self.status(workflow_id)
        return status is None or status.state is WorkflowState.CANCELLED

    async def _call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with translated():
            return await asyncio.to_thread(function, *args, **kwargs)
