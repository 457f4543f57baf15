"""One run of a workflow: its steps, their retries and what is remembered of them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Protocol, cast

import structlog
from dbos import DBOS
from dbos import error as dbos_error

from bastide.kit.errors import BastideError, UnavailableError
from bastide.kit.json import JsonObject
from bastide.platform.workflows.errors import WorkflowCancelledError
from bastide.platform.workflows.failure import Failure
from bastide.platform.workflows.port import T, Workflow

_FACTOR = 4.0
_LONGEST_PAUSE_S = 60.0

log = structlog.get_logger()


class Host(Protocol):
    """What a run asks of the process that it runs in."""

    first_pause_s: float

    def check(self) -> None:
        """Raises CancelledError when this process may not begin anything: it stops, or lost its lease."""
        ...

    async def pause(self, pause_s: float) -> None:
        """Ends early when the process stops."""
        ...

    async def is_cancelled(self, workflow_id: str) -> bool: ...


class Run:
    """The context that a workflow gets.

    `CancelledError` is how a run ends without leaving anything: DBOS stores no outcome, and what happens to
    the workflow next is in its row: it is cancelled, claimed by another process, or to be recovered.
    """

    def __init__(self, workflow_id: str, host: Host) -> None:
        self._workflow_id = workflow_id
        self._host = host
        self._cancelled = False

    @property
    def workflow_id(self) -> str:
        return self._workflow_id

    async def step(self, name: str, action: Callable[[], Awaitable[T]], *, attempts: int = 3) -> T:
        async def attempt() -> JsonObject:
            return await self._attempt(name, action, attempts)

        self._host.check()
        try:
            remembered = await DBOS.run_step_async({"name": name}, attempt)
        except (dbos_error.DBOSWorkflowCancelledError, dbos_error.DBOSWorkflowConflictIDError):
            raise await self._lost() from None
        if "failure" in remembered:
            raise Failure.from_json(remembered["failure"]).as_error()
        return cast("T", remembered["result"])

    async def follow(self, workflow: Workflow, payload: JsonObject) -> JsonObject | None:
        """Run to the end; the failure, where there is one, is the outcome that DBOS stores."""
        self._host.check()
        failure: JsonObject | None = None
        try:
            await workflow(self, payload)
        except Exception as error:  # edge: a workflow may raise anything; it fails, the process goes on
            if not isinstance(error, BastideError):
                log.exception("workflow.crashed", workflow_id=self._workflow_id)
            failure = Failure.of(error).as_json()
        if self._cancelled:
            raise asyncio.CancelledError
        return failure

    async def _lost(self) -> BaseException:
        """The workflow is no longer this run's: cancelled, or claimed by another process."""
        self._cancelled = await self._host.is_cancelled(self._workflow_id)
        if not self._cancelled:
            return asyncio.CancelledError()
        return WorkflowCancelledError("Someone cancelled the workflow.", workflow_id=self._workflow_id)

    async def _attempt(self, name: str, action: Callable[[], Awaitable[T]], attempts: int) -> JsonObject:
        pause_s = self._host.first_pause_s
        for remaining in reversed(range(attempts)):
            try:
                result = await action()
            except Exception as error:  # noqa: BLE001  # edge: an action may raise anything
                if not remaining or not _passing(error):
                    return {"failure": self._failure(name, error)}
                log.warning(
                    "workflow.step_retried", step=name, workflow_id=self.workflow_id, error=str(error)
                )
            else:
                return {"result": json.loads(json.dumps(result))}  # as a replay will return it
            await self._host.pause(pause_s)
            pause_s = min(pause_s * _FACTOR, _LONGEST_PAUSE_S)
            self._host.check()
            if await self._host.is_cancelled(self._workflow_id):
                raise dbos_error.DBOSWorkflowCancelledError(self._workflow_id)
        raise ValueError("attempts must be at least 1")

    def _failure(self, name: str, error: Exception) -> JsonObject:
        if not isinstance(error, BastideError):
            log.error("workflow.step_crashed", step=name, workflow_id=self._workflow_id, exc_info=error)
        return Failure.of(error).as_json()


def _passing(error: Exception) -> bool:
    """Trying again may help."""
    return isinstance(error, UnavailableError) or not isinstance(error, BastideError)
