"""The parser port on a pool of recycled subprocesses."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from bastide.knowledge.adapters.parsing.messages import Parse, Parsed
from bastide.knowledge.adapters.parsing.pool import WorkerPool
from bastide.knowledge.domain.extraction import ExtractedText
from bastide.knowledge.ports.parser import ParseLimits, ParseProgress
from bastide.platform.uninterrupted import uninterrupted

_NO_LIMITS = ParseLimits()
_ATTACHMENTS = "attachments"
_PREFIX = "parse-"


class SubprocessParser:
    """Implements `Parser`.

    Attachments that come back are files under `temporary` until `discard`. All other temporary files are gone
    when `parse` returns, raises or is cancelled.
    """

    def __init__(self, temporary: Path, processes: int) -> None:
        """Start nothing yet.

        Args:
            temporary: a directory of this server's own; made if absent.
            processes: how many documents are parsed at the same time.
        """
        self._temporary = temporary.absolute()
        self._pool = WorkerPool(processes)
        self._tidied = False

    async def parse(
        self,
        path: Path,
        filename: str,
        *,
        password: str | None = None,
        limits: ParseLimits = _NO_LIMITS,
        on_progress: Callable[[ParseProgress], None] | None = None,
    ) -> ExtractedText:
        folder = self._temporary / f"{_PREFIX}{os.getpid()}-{uuid4().hex}"
        keep = False
        try:
            await uninterrupted(asyncio.to_thread(self._make, folder))
            request = Parse(_absolute(path), filename, str(folder), limits, password)
            result = await self._pool.run(request, on_progress)
            if not isinstance(result, Parsed):
                raise TypeError(result)
            keep = bool(result.extracted.attachments)
        finally:
            await uninterrupted(asyncio.to_thread(_clear, folder, keep_attachments=keep))
        return result.extracted

    async def close(self) -> None:
        await self._pool.close()

    def _make(self, folder: Path) -> None:
        """Also removes, once, what a process that was killed has left."""
        folder.mkdir(parents=True)
        if not self._tidied:
            self._tidied = True
            for other in self._temporary.glob(f"{_PREFIX}*"):
                if not _is_alive(other.name.split("-")[1]):
                    shutil.rmtree(other, ignore_errors=True)

    async def discard(self, extracted: ExtractedText) -> None:
        for attachment in extracted.attachments:
            await asyncio.to_thread(shutil.rmtree, Path(attachment.path).parents[1], ignore_errors=True)


def _is_alive(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _absolute(path: Path) -> str:
    return str(path.absolute())


def _clear(folder: Path, *, keep_attachments: bool) -> None:
    if not keep_attachments:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for entry in folder.iterdir():
        if entry.name != _ATTACHMENTS:
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)
