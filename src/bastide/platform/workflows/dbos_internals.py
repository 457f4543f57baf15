"""What we use of DBOS beyond its documented surface, in one place; the contract suite notices a change.

The version is pinned to a minor release for this file's sake.
"""

import asyncio
import threading
from operator import attrgetter
from typing import Any, cast

import dbos
from dbos import DBOS, Queue
from dbos._queue import queue_worker_thread
from dbos._recovery import recover_pending_workflows
from dbos._sys_db import SystemDatabase
from sqlalchemy import Engine

from bastide.platform.workflows.store import APPLICATION, SCHEMA, JsonSerializer


class Bell(threading.Event):
    """Stands in for the stop event of a queue's polling thread: ringing it ends the pause between two polls.

    DBOS polls each queue at an interval: a short one costs CPU all day, a long one makes every start late.
    With a bell the interval can be long.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rung = threading.Event()

    def ring(self) -> None:
        """Poll now."""
        self._rung.set()

    def set(self) -> None:
        super().set()
        self._rung.set()

    def wait(self, timeout: float | None = None) -> bool:
        self._rung.wait(timeout)
        self._rung.clear()
        return self.is_set()


def poll(queue: Queue, instance: DBOS) -> tuple[Bell, threading.Thread]:
    """Start claiming a queue's workflows in a thread, until the bell is set."""
    bell = Bell()
    thread = threading.Thread(target=queue_worker_thread, args=(bell, instance, queue), daemon=True)
    thread.start()
    return bell, thread


def migrate(engine: Engine) -> None:
    """Bring DBOS's tables up to date (DBOS.migrate would open an engine of its own, with other options)."""
    database = SystemDatabase.create(
        f"{engine.dialect.name}://{APPLICATION}",  # only its beginning is looked at: the engine is given
        engine_kwargs={},
        engine=engine,
        schema=SCHEMA,
        serializer=JsonSerializer(),
        executor_id=None,
        use_listen_notify=False,
    )
    database.run_migrations()


def recover(instance: DBOS, executor_ids: list[str]) -> int:
    """Put back into their queues the workflows that these executors, known to be dead, were running."""
    return len(recover_pending_workflows(instance, executor_ids))


def running(instance: DBOS) -> set[asyncio.Task[Any]]:
    """The tasks of this process's workflows, from claim to stored outcome."""
    return set(cast("set[asyncio.Task[Any]]", attrgetter("_workflow_tasks")(instance)))


def taken() -> bool:
    """Whether this process has a DBOS already: it is one per process."""
    return attrgetter("_dbos._dbos_global_instance")(dbos) is not None
