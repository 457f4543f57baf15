"""The workflow port: functions that survive a crash and go on at the step where they stopped."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeAlias, TypeVar

from bastide.kit.json import Json, JsonObject

T = TypeVar("T", bound=Json)


class WorkflowState(StrEnum):
    """Where a workflow is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class WorkflowStatus:
    """A snapshot. `error_code` and `error` are set when it failed."""

    workflow_id: str
    name: str
    state: WorkflowState
    error_code: str | None = None
    error: str | None = None


class WorkflowContext(Protocol):
    """What a running workflow may use."""

    @property
    def workflow_id(self) -> str: ...

    async def step(self, name: str, action: Callable[[], Awaitable[T]], *, attempts: int = 3) -> T:
        """Run the action once and remember its (small, JSON) result: after a crash the result is replayed.

        The action may run again if the process dies before its result is stored: it must be idempotent.
        `UnavailableError`s and vendor faults are retried with growing pauses up to `attempts`; any other
        BastideError fails the step at once, and the workflow unless it catches the error. A failure is
        remembered as well, and raised again after a crash. Between its steps a workflow must decide the same
        way every time it runs.

        Raises:
            WorkflowCancelledError: someone cancelled the workflow; checked before every step.
            BastideError: the step failed; its `code` and kind are the action's, or `internal` for a fault
                that is not a BastideError.
        """
        ...


Workflow: TypeAlias = Callable[[WorkflowContext, JsonObject], Awaitable[None]]


class Workflows(Protocol):
    """Runs registered workflows, each at most once to its end, with at-least-once steps.

    Workflows of a process that is gone (killed, lost power, lease lapsed) are taken over: on restart of the
    same home at once, by another worker within `lease_s` seconds.
    """

    def register(self, name: str, workflow: Workflow, *, queue: str, concurrency: int) -> None:
        """Before `start`. `concurrency` is the most that one process runs of that queue at a time."""
        ...

    async def start(self, *, work: bool = True) -> None:
        """`work=False`: this process enqueues, asks and cancels but runs nothing."""
        ...

    async def stop(self, *, grace_s: float = 10.0) -> None:
        """Lets running steps end for `grace_s`; what has not ended goes on at the next start."""
        ...

    async def enqueue(self, name: str, workflow_id: str, payload: JsonObject) -> None:
        """Idempotent: a second call with this id changes nothing. Payload: ids and small facts only.

        Raises:
            UnknownWorkflowError: nothing is registered under this name.
            WorkflowIdTakenError: the id belongs to a workflow of another name.
            UnavailableError: the store does not answer; nothing was enqueued, or call again to be sure.
        """
        ...

    async def cancel(self, workflow_id: str) -> None:
        """Takes effect before the next step; no error if it has ended or never was."""
        ...

    async def status(self, workflow_id: str) -> WorkflowStatus | None: ...

    async def forget(self, workflow_ids: list[str]) -> None:
        """Remove every trace of these workflows (for erasure); those that have not ended are left alone."""
        ...

    async def compact(self) -> None:
        """Give space back and leave nothing of forgotten workflows on the disk. Slow."""
        ...
