"""Workflows on DBOS, over SQLite or PostgreSQL."""

import asyncio
import logging
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from dbos import DBOSClient
from dbos import WorkflowStatus as DbosStatus
from dbos import error as dbos_error
from sqlalchemy import Engine

from bastide.kit.json import Json, JsonObject
from bastide.platform.database.errors import translated
from bastide.platform.workflows import dbos_internals, store
from bastide.platform.workflows.errors import (
    ABANDONED,
    AlreadyWorkingError,
    UnknownWorkflowError,
    WorkflowIdTakenError,
)
from bastide.platform.workflows.failure import Failure
from bastide.platform.workflows.port import Workflow, WorkflowState, WorkflowStatus
from bastide.platform.workflows.runner import Registered, Runner

P = ParamSpec("P")
R = TypeVar("R")

_STATES = {
    "ENQUEUED": WorkflowState.QUEUED,
    "DELAYED": WorkflowState.QUEUED,
    "PENDING": WorkflowState.RUNNING,
    "SUCCESS": WorkflowState.DONE,
    "ERROR": WorkflowState.FAILED,
    "CANCELLED": WorkflowState.CANCELLED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": WorkflowState.FAILED,
}
_ENDED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


class DbosWorkflows:
    """Asks and enqueues through a client of DBOS, of which a process may have many; runs workflows in DBOS
    itself, of which it may have one (`start` with `work=True` raises AlreadyWorkingError for a second).
    """

    def __init__(self, workflows_url: str, *, lease_s: float = 30.0, first_pause_s: float = 0.5) -> None:
        """Args:
        workflows_url: `sqlite:///path/to/file`, for one process at a time, or `postgresql://…`.
        lease_s: a process that is silent for so long is taken for dead and its workflows taken over.
        first_pause_s: between a step's first and second attempt; later ones are longer.
        """
        self._url = workflows_url
        self._lease_s = lease_s
        self._first_pause_s = first_pause_s
        self._registered: dict[str, Registered] = {}
        self._queues: dict[str, int] = {}
        self._open: tuple[Engine, DBOSClient] | None = None
        self._runner: Runner | None = None

    def register(self, name: str, workflow: Workflow, *, queue: str, concurrency: int) -> None:
        if self._queues.setdefault(queue, concurrency) != concurrency:
            raise ValueError(f"queue {queue} is registered with another concurrency")
        self._registered[name] = Registered(workflow, queue)

    async def start(self, *, work: bool = True) -> None:
        if work and dbos_internals.taken():
            raise AlreadyWorkingError("Another part of this process runs workflows already.")
        _quieten()
        engine = store.open_engine(self._url)
        self._open = engine, _client(engine)
        try:
            with translated():
                await asyncio.to_thread(dbos_internals.migrate, engine)
                if work:
                    await self._start_working(engine)
        except BaseException:
            await self.stop(grace_s=0)
            raise

    async def stop(self, *, grace_s: float = 10.0) -> None:
        if self._runner is not None:
            await self._runner.stop(grace_s)
            self._runner = None
        if self._open is not None:
            engine, client = self._open
            self._open = None
            client.destroy()
            engine.dispose()

    async def enqueue(self, name: str, workflow_id: str, payload: JsonObject) -> None:
        registered = self._registered.get(name)
        if registered is None:
            raise UnknownWorkflowError("No workflow is registered under this name.", name=name)
        try:
            await self._call(
                self._client.enqueue,
                {
                    "workflow_name": name,
                    "queue_name": registered.queue,
                    "workflow_id": workflow_id,
                    "app_version": store.VERSION,
                },
                payload,
            )
        except dbos_error.DBOSConflictingWorkflowError as error:
            raise WorkflowIdTakenError(
                "A workflow of another name has this id.", workflow_id=workflow_id
            ) from error
        if self._runner is not None:
            self._runner.ring(registered.queue)

    async def cancel(self, workflow_id: str) -> None:
        await self._call(self._client.cancel_workflow, workflow_id)

    async def status(self, workflow_id: str) -> WorkflowStatus | None:
        found = await self._call(self._client.list_workflows, workflow_ids=[workflow_id], load_input=False)
        return _status(found[0]) if found else None

    async def forget(self, workflow_ids: list[str]) -> None:
        ended = await self._call(
            self._client.list_workflows,
            workflow_ids=workflow_ids,
            status=list(_ENDED),
            load_input=False,
            load_output=False,
        )
        await self._call(self._client.delete_workflows, [each.workflow_id for each in ended])

    async def compact(self) -> None:
        await self._call(store.compact, self._engine)

    async def _start_working(self, engine: Engine) -> None:
        self._runner = Runner(
            engine, self._is_cancelled, lease_s=self._lease_s, first_pause_s=self._first_pause_s
        )
        await self._runner.start(self._registered, self._queues)

    @property
    def _client(self) -> DBOSClient:
        return self._opened()[1]

    @property
    def _engine(self) -> Engine:
        return self._opened()[0]

    def _opened(self) -> tuple[Engine, DBOSClient]:
        if self._open is None:
            raise RuntimeError("the workflows are not started")
        return self._open

    async def _is_cancelled(self, workflow_id: str) -> bool:
        status = await self.status(workflow_id)
        return status is None or status.state is WorkflowState.CANCELLED

    async def _call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        with translated():
            return await asyncio.to_thread(function, *args, **kwargs)


def _client(engine: Engine) -> DBOSClient:
    return DBOSClient(
        system_database_engine=engine,
        dbos_system_schema=store.SCHEMA,
        serializer=store.JsonSerializer(),
        application_name=store.APPLICATION,
        lazy=True,
        retry_connection_errors=False,
    )


def _status(found: DbosStatus) -> WorkflowStatus:
    state = _STATES[found.status]
    output: Json = found.output
    code, message = None, None
    if output is not None:
        failure = Failure.from_json(output)
        state, code, message = WorkflowState.FAILED, failure.code, failure.message
    elif state is WorkflowState.FAILED:
        code, message = ABANDONED, "The workflow ended its process again and again."
    return WorkflowStatus(found.workflow_id, found.name, state, code, message)


def _quieten() -> None:
    """DBOS's messages go where all others go, if they say something that an operator can use."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())  # else DBOS adds one that writes by itself
    logger.setLevel(logging.WARNING)
    logger.addFilter(_worth_saying)


_EXPECTED = (
    # A run ended early: its workflow was cancelled or taken over, or this process stops.
    "Asyncio task cancelled for workflow or step",
    "Exception encountered in asynchronous workflow",
    "Workflow ",
)


def _worth_saying(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith(_EXPECTED)
