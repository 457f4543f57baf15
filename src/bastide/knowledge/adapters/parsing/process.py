"""One worker subprocess, seen from its parent."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from bastide.knowledge.adapters.parsing.messages import (
    HEADER,
    Failure,
    Progress,
    Request,
    Result,
    decode_reply,
    frame,
)
from bastide.knowledge.domain.errors import DocumentTooLargeError
from bastide.knowledge.ports.parser import ParseProgress

_MODULE = "bastide.knowledge.adapters.parsing.worker"
_MIB = 1 << 20
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LAST_WORDS_BYTES = 4096
_LOOK_EVERY_S = 0.05
_OUT_OF_MEMORY = (b"memory allocation of", b"bad_alloc", b"MemoryError", b"out of memory", b"Out of memory")

ProgressListener = Callable[[ParseProgress], None] | None


class WorkerDiedError(Exception):
    """The subprocess ended in the middle of a document."""

    def __init__(self, status: int, *, out_of_memory: bool) -> None:
        super().__init__(f"the parser ended with status {status}")
        self.status = status
        self.out_of_memory = out_of_memory


@dataclass(eq=False)
class WorkerProcess:
    """Serves one document at a time. After any exception of `run` it must be killed."""

    _process: asyncio.subprocess.Process
    served: int = 0
    _last_words: bytearray = field(default_factory=bytearray)
    _listener: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls) -> Self:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # nothing is imported from the current directory
            "-m",
            _MODULE,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        worker = cls(process)
        worker._listener = asyncio.create_task(worker._listen())
        return worker

    @property
    def is_alive(self) -> bool:
        return self._process.returncode is None

    async def run(self, request: Request, on_progress: ProgressListener) -> Result | Failure:
        """Answer one request.

        Raises:
            WorkerDiedError: the subprocess crashed.
            DocumentTooLargeError: it used more memory than allowed.
            TimeoutError: it took longer than allowed.
        """
        limit_mb = request.limits.memory_mb
        watch = asyncio.create_task(self._watch_memory(limit_mb))
        try:
            async with asyncio.timeout(request.limits.timeout_s):
                reply = await self._converse(request, on_progress)
        except (asyncio.IncompleteReadError, ConnectionError):
            if watch.done():
                raise DocumentTooLargeError(
                    f"Reading it takes more than {limit_mb} MB of memory.", memory_mb=limit_mb
                ) from None
            raise await self._death() from None
        finally:
            watch.cancel()
        self.served += 1
        return reply

    async def kill(self) -> None:
        """End the subprocess and all that it started; returns when it is gone."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        if self._listener is not None:
            self._listener.cancel()
        if self._process.stdin is not None:
            self._process.stdin.close()

    async def _converse(self, request: Request, on_progress: ProgressListener) -> Result | Failure:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise ConnectionError
        stdin.write(frame(request))
        await stdin.drain()
        while True:
            size = HEADER.unpack(await stdout.readexactly(HEADER.size))[0]
            body = await stdout.readexactly(size)
            reply = decode_reply(body) if size < _MIB else await asyncio.to_thread(decode_reply, body)
            if not isinstance(reply, Progress):
                return reply
            if on_progress is not None:
                on_progress(ParseProgress(reply.done, reply.total))

    async def _watch_memory(self, limit_mb: int) -> None:
        """Ends when the limit is passed, having killed the subprocess."""
        statm = Path(f"/proc/{self._process.pid}/statm")
        while _resident_bytes(statm) <= limit_mb * _MIB:  # noqa: ASYNC110 nobody can tell us
            await asyncio.sleep(_LOOK_EVERY_S)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def _listen(self) -> None:
        """Keep the end of what it writes to stderr, and never let that pipe fill up."""
        stderr = self._process.stderr
        while stderr is not None and (data := await stderr.read(_LAST_WORDS_BYTES)):
            self._last_words += data
            del self._last_words[:-_LAST_WORDS_BYTES]

    async def _death(self) -> WorkerDiedError:
        status = await self._process.wait()
        if self._listener is not None:
            await asyncio.wait([self._listener], timeout=1)
        told = any(words in self._last_words for words in _OUT_OF_MEMORY)
        return WorkerDiedError(status, out_of_memory=told or status == -signal.SIGKILL)


def _resident_bytes(statm: Path) -> int:
    try:
        return int(statm.read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0
