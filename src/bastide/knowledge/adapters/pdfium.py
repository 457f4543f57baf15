"""The geometry port on PDFium, in a subprocess: a hostile file must not take the server with it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import structlog

from bastide.kit.errors import BastideError
from bastide.knowledge.adapters.parsing.messages import Locate, Located
from bastide.knowledge.adapters.parsing.pool import WorkerPool
from bastide.knowledge.ports.geometry import PageGeometry
from bastide.knowledge.ports.parser import ParseLimits

_log = structlog.get_logger()
_LIMITS = ParseLimits(timeout_s=20.0, memory_mb=768)


class PdfiumGeometry:
    """Implements `Geometry`, with a worker of its own: who clicks does not wait for a long document."""

    def __init__(self) -> None:
        self._pool = WorkerPool(1)

    async def locate(
        self, path: Path, quote: str, pages: Sequence[int], password: str | None = None, *, before: str = ""
    ) -> list[PageGeometry]:
        """Empty as well when the file cannot be opened or is too much: there is nothing to show then."""
        absolute = await asyncio.to_thread(path.absolute)
        request = Locate(str(absolute), quote, tuple(pages), _LIMITS, password, before)
        try:
            result = await self._pool.run(request)
        except BastideError as error:
            _log.warning("geometry.failed", code=error.code, reason=error.message)
            return []
        return list(result.found) if isinstance(result, Located) else []

    async def close(self) -> None:
        await self._pool.close()
