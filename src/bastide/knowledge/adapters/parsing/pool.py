"""Workers that are started when needed, used again, and replaced before they grow old."""

import asyncio

from bastide.kit.errors import BastideError
from bastide.knowledge.adapters.parsing.messages import Failure, Request, Result
from bastide.knowledge.adapters.parsing.process import ProgressListener, WorkerDiedError, WorkerProcess
from bastide.knowledge.domain.errors import (
    DocumentCorruptError,
    DocumentEmptyError,
    DocumentEncryptedError,
    DocumentTimeoutError,
    DocumentTooLargeError,
    DocumentUnsupportedError,
)
from bastide.platform.uninterrupted import uninterrupted

_DOCUMENTS_PER_WORKER = 100  # what a library leaks stays small
_IDLE_S = 60.0  # after a batch its memory is given back
_ERRORS: tuple[type[BastideError], ...] = (
    DocumentCorruptError,
    DocumentEmptyError,
    DocumentEncryptedError,
    DocumentTimeoutError,
    DocumentTooLargeError,
    DocumentUnsupportedError,
)


class WorkerPool:
    """At most `size` workers at work; a document waits for a free one."""

    def __init__(self, size: int) -> None:
        self._slots = asyncio.Semaphore(size)
        self._idle: list[WorkerProcess] = []
        self._retiring: dict[WorkerProcess, asyncio.TimerHandle] = {}
        self._farewells: set[asyncio.Task[None]] = set()

    async def run(self, request: Request, on_progress: ProgressListener = None) -> Result:
        """Raises one of the errors of `knowledge.domain.errors`. Cancelling kills the worker."""
        async with self._slots:
            worker = await self._take()
            if worker.served:
                try:
                    return _result(await self._serve(worker, request, on_progress))
                except WorkerDiedError:
                    worker = await _start()  # perhaps an earlier document is to blame
            try:
                return _result(await self._serve(worker, request, on_progress))
            except WorkerDiedError as death:
                raise _blame(death, request) from death

    async def close(self) -> None:
        """End the idle workers; those at work end with the tasks that wait for them."""
        while self._idle:
            await self._dismiss(self._idle[-1])
        if self._farewells:
            await asyncio.wait(self._farewells)

    async def _serve(
        self, worker: WorkerProcess, request: Request, on_progress: ProgressListener
    ) -> Result | Failure:
        try:
            reply = await worker.run(request, on_progress)
        except TimeoutError as error:
            await uninterrupted(worker.kill())
            seconds = request.limits.timeout_s
            raise DocumentTimeoutError(
                f"Reading it took longer than {seconds:g} s.", timeout_s=seconds
            ) from error
        except BaseException:
            await uninterrupted(worker.kill())
            raise
        if worker.served < _DOCUMENTS_PER_WORKER:
            self._keep(worker)
        else:
            await uninterrupted(worker.kill())
        return reply

    async def _take(self) -> WorkerProcess:
        while self._idle:
            worker = self._idle.pop()
            self._retiring.pop(worker).cancel()
            if worker.is_alive:
                return worker
            await worker.kill()
        return await _start()

    def _keep(self, worker: WorkerProcess) -> None:
        self._idle.append(worker)
        self._retiring[worker] = asyncio.get_running_loop().call_later(_IDLE_S, self._retire, worker)

    def _retire(self, worker: WorkerProcess) -> None:
        task = asyncio.create_task(self._dismiss(worker))
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _dismiss(self, worker: WorkerProcess) -> None:
        self._idle.remove(worker)
        self._retiring.pop(worker).cancel()
        await uninterrupted(worker.kill())


async def _start() -> WorkerProcess:
    starting = asyncio.ensure_future(WorkerProcess.start())
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await uninterrupted((await starting).kill())
        raise


def _result(reply: Result | Failure) -> Result:
    if not isinstance(reply, Failure):
        return reply
    kind = next((error for error in _ERRORS if error.code == reply.code), DocumentCorruptError)
    raise kind(reply.message, **reply.details)


def _blame(death: WorkerDiedError, request: Request) -> BastideError:
    if death.out_of_memory:
        limit = request.limits.memory_mb
        return DocumentTooLargeError(f"Reading it takes more than {limit} MB of memory.", memory_mb=limit)
    return DocumentCorruptError("The file is damaged: the parser ended on it.", status=death.status)
