"""Workflows in this process: run at once, remembered in memory, killed where a test says so."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bastide.kit.errors import BastideError
from bastide.platform.workflows.errors import WorkflowCancelledError
from bastide.platform.workflows.port import Workflow, WorkflowState, WorkflowStatus


class Killed(BaseException):  # no error of the program: the process is gone
    pass


@dataclass
class Flow:
    name: str
    payload: dict[str, Any]
    state: WorkflowState = WorkflowState.QUEUED
    results: dict[str, Any] = field(default_factory=dict)
    task: asyncio.Task[None] | None = None


class InProcessWorkflows:
    """`before_step` and `after_step` may raise Killed: the workflow stops there until `resume`.

    After a step, killed means that its result was not remembered: the step runs again.
    """

    def __init__(self) -> None:
        self.flows: dict[str, Flow] = {}
        self.before_step: Callable[[str], None] = lambda _: None
        self.after_step: Callable[[str], None] = lambda _: None
        self._registered: dict[str, Workflow] = {}
        self._working = False
        self._queues: dict[str, asyncio.Semaphore] = {}
        self._queue_of: dict[str, str] = {}

    def register(self, name: str, workflow: Workflow, *, queue: str, concurrency: int) -> None:
        self._registered[name] = workflow
        self._queues.setdefault(queue, asyncio.Semaphore(concurrency))
        self._queue_of[name] = queue

    async def start(self, *, work: bool = True) -> None:
        self._working = work

    async def stop(self, *, grace_s: float = 10.0) -> None:
        self._working = False
        for task in [flow.task for flow in self.flows.values() if flow.task]:
            task.cancel()
            await asyncio.wait([task])

    async def enqueue(self, name: str, workflow_id: str, payload: dict[str, Any]) -> None:
        if workflow_id not in self.flows:
            self.flows[workflow_id] = Flow(name, json.loads(json.dumps(payload)))
            self._run(workflow_id)

    async def cancel(self, workflow_id: str) -> None:
        flow = self.flows.get(workflow_id)
        if flow and flow.state in {WorkflowState.QUEUED, WorkflowState.RUNNING}:
            running = flow.task is not None and not flow.task.done()
            flow.state = WorkflowState.CANCELLED
            if running:
                assert flow.task
                await asyncio.wait([flow.task])

    async def status(self, workflow_id: str) -> WorkflowStatus | None:
        flow = self.flows.get(workflow_id)
        return None if flow is None else WorkflowStatus(workflow_id, flow.name, flow.state)

    async def forget(self, workflow_ids: list[str]) -> None:
        for workflow_id in workflow_ids:
            self.flows.pop(workflow_id, None)

    async def compact(self) -> None:
        pass

    def resume(self) -> None:
        """What a start after a kill does."""
        for workflow_id, flow in self.flows.items():
            if flow.state in {WorkflowState.QUEUED, WorkflowState.RUNNING} and (
                flow.task is None or flow.task.done()
            ):
                self._run(workflow_id)

    async def idle(self) -> None:
        """Until nothing runs."""
        while running := [flow.task for flow in self.flows.values() if flow.task and not flow.task.done()]:
            await asyncio.gather(*running)

    def _run(self, workflow_id: str) -> None:
        if self._working:
            self.flows[workflow_id].task = asyncio.create_task(self._follow(workflow_id))

    async def _follow(self, workflow_id: str) -> None:
        flow = self.flows[workflow_id]
        async with self._queues[self._queue_of[flow.name]]:
            if flow.state is WorkflowState.CANCELLED:
                return
            flow.state = WorkflowState.RUNNING
            try:
                await self._registered[flow.name](Context(self, workflow_id, flow), flow.payload)
            except Killed:
                return
            except WorkflowCancelledError:
                flow.state = WorkflowState.CANCELLED
            except BastideError:
                flow.state = WorkflowState.FAILED
            else:
                flow.state = WorkflowState.DONE


class Context:
    def __init__(self, workflows: InProcessWorkflows, workflow_id: str, flow: Flow) -> None:
        self._workflows = workflows
        self.workflow_id = workflow_id
        self._flow = flow

    async def step(self, name: str, action: Callable[[], Awaitable[Any]], *, attempts: int = 3) -> Any:
        if self._flow.state is WorkflowState.CANCELLED:
            raise WorkflowCancelledError("cancelled")
        if name not in self._flow.results:
            self._workflows.before_step(name)
            result = await action()
            self._workflows.after_step(name)
            self._flow.results[name] = json.loads(json.dumps(result))
        return self._flow.results[name]
