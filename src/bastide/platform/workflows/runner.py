"""The part of a process that runs workflows: DBOS, launched on the event loop, its queues and its lease."""

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.platform.workflows import dbos_internals
from bastide.platform.workflows.dbos_internals import Bell
from bastide.platform.workflows.leases import Leases
from bastide.platform.workflows.port import Workflow
from bastide.platform.workflows.run import Run
from bastide.platform.workflows.store import APPLICATION, SCHEMA, VERSION, JsonSerializer

_POLL_S = 1.0  # for workflows that other processes enqueue: this process's own ring the bell
_POLL_ALONE_S = 5.0
_THREADS = 32  # DBOS makes them the event loop's default: everybody's `to_thread` shares them
_MAX_DEATHS = 250  # a workflow that took its process down with it so often is given up

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Registered:
    """A workflow that can be run."""

    workflow: Workflow
    queue: str


class Runner:
    """From `start` to `stop`; made anew for every start."""

    def __init__(
        self,
        engine: Engine,
        is_cancelled: Callable[[str], Awaitable[bool]],
        *,
        lease_s: float,
        first_pause_s: float,
    ) -> None:
        self.first_pause_s = first_pause_s
        self._is_cancelled = is_cancelled
        self._engine = engine
        self._alone = engine.dialect.name == "sqlite"
        self._lease_s = lease_s
        self._executor_id = new_id("exe")
        self._leases = Leases(engine, self._executor_id, lease_s)
        self._loop = asyncio.get_running_loop()
        self._leased_until = math.inf  # by the loop's clock
        self._stopping = asyncio.Event()
        self._bells: dict[str, Bell] = {}
        self._threads: list[threading.Thread] = []
        self._heartbeat: asyncio.Task[None] | None = None
        self._dbos = DBOS(config=self._config())
        self._launched = False

    async def start(self, workflows: Mapping[str, Registered], queues: Mapping[str, int]) -> None:
        await asyncio.to_thread(self._leases.open)
        self._hold_lease()
        places = {queue: asyncio.Semaphore(concurrency) for queue, concurrency in queues.items()}
        for name, registered in workflows.items():
            body = self._body(registered, places[registered.queue])
            DBOS.workflow(name=name, max_recovery_attempts=_MAX_DEATHS)(body)
        DBOS.listen_queues([])  # ours are polled with a bell
        DBOS.launch()  # on this thread: DBOS runs the workflows on the loop that it finds here
        self._launched = True
        await asyncio.to_thread(self._recover)
        for queue, concurrency in queues.items():
            await self._open_queue(queue, concurrency)
        if not self._alone:
            self._heartbeat = asyncio.create_task(self._keep_lease())

    async def stop(self, grace_s: float) -> None:
        self._stopping.set()
        for bell in self._bells.values():
            bell.set()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        if running := dbos_internals.running(self._dbos):
            _, late = await asyncio.wait(running, timeout=grace_s)
            await self._abandon(late)
        if self._heartbeat is not None:
            self._heartbeat.cancel()
            await asyncio.wait([self._heartbeat])
        if self._launched:
            with suppress(SQLAlchemyError):  # the lease lapses by itself
                await asyncio.to_thread(self._hand_back)
        # DBOS made the loop's default threads its own; they end with it.
        self._loop.set_default_executor(ThreadPoolExecutor())
        await asyncio.to_thread(DBOS.destroy, destroy_registry=True)

    def ring(self, queue: str) -> None:
        """Something was enqueued."""
        self._bells[queue].ring()

    def check(self) -> None:
        if self._stopping.is_set() or self._loop.time() > self._leased_until:
            raise asyncio.CancelledError

    async def pause(self, pause_s: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(pause_s):
                await self._stopping.wait()

    async def is_cancelled(self, workflow_id: str) -> bool:
        return await self._is_cancelled(workflow_id)

    def _config(self) -> DBOSConfig:
        return {
            "name": APPLICATION,
            "system_database_engine": self._engine,
            "dbos_system_schema": SCHEMA,
            "serializer": JsonSerializer(),
            "executor_id": self._executor_id,
            "application_version": VERSION,
            "max_executor_threads": _THREADS,
            "log_level": "WARNING",
            "enable_otlp": False,
            "run_migrations": False,
            "use_listen_notify": False,  # serves messages between workflows, which the port does not have
            "notification_listener_polling_interval_sec": 0.25,  # asks nothing; how long a stop may take
            "scheduler_polling_interval_sec": 3600.0,
        }

    def _body(
        self, registered: Registered, places: asyncio.Semaphore
    ) -> Callable[[JsonObject], Coroutine[Any, Any, JsonObject | None]]:
        """The function that DBOS runs."""

        async def body(payload: JsonObject) -> JsonObject | None:
            task = asyncio.current_task()
            if task is not None:
                task.add_done_callback(lambda _: self.ring(registered.queue))  # a place is free
            async with places:  # DBOS counts a claim only once it runs: polled at once, it may claim too many
                return await Run(str(DBOS.workflow_id), self).follow(registered.workflow, payload)

        return body

    async def _open_queue(self, queue: str, concurrency: int) -> None:
        made = await DBOS.register_queue_async(
            queue,
            worker_concurrency=concurrency,
            polling_interval_sec=_POLL_ALONE_S if self._alone else _POLL_S,
            on_conflict="always_update",
        )
        bell, thread = dbos_internals.poll(made, self._dbos)
        self._bells[queue] = bell
        self._threads.append(thread)
        bell.ring()

    async def _keep_lease(self) -> None:
        while True:
            await asyncio.sleep(self._lease_s / 3)
            try:
                if not await asyncio.to_thread(self._leases.renew):
                    log.warning("workflow.lease_lapsed", executor_id=self._executor_id)
                    await self._abandon(dbos_internals.running(self._dbos))
                    await asyncio.to_thread(dbos_internals.recover, self._dbos, [self._executor_id])
                self._hold_lease()
                await asyncio.to_thread(self._recover)
            except SQLAlchemyError as error:
                log.warning("workflow.lease_not_renewed", error=str(error))

    def _hold_lease(self) -> None:
        if not self._alone:
            self._leased_until = self._loop.time() + self._lease_s

    async def _abandon(self, tasks: set[asyncio.Task[Any]]) -> None:
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _recover(self) -> None:
        if dead := self._leases.dead():
            count = dbos_internals.recover(self._dbos, dead)
            log.info("workflow.recovered", workflows=count, executors=len(dead))
            for bell in self._bells.values():
                bell.ring()

    def _hand_back(self) -> None:
        dbos_internals.recover(self._dbos, [self._executor_id])
        self._leases.give_up()
