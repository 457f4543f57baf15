"""Nothing is read that the virus scanner, where there is one, has not seen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from bastide.knowledge.domain.errors import ScannerUnavailableError
from bastide.knowledge.ports.scanner import Scanner

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scan:
    """`scanner`: None = the installation has none. `pauses_s`: how a silent one is waited for."""

    scanner: Scanner | None
    pauses_s: Sequence[float]

    async def __call__(self, path: Path) -> None:
        """A minute of patience here; the workflow's step has some more.

        Raises:
            DocumentInfectedError, DocumentUnscannedError, ScannerUnavailableError.
        """
        if self.scanner is None:
            return
        for pause_s in self.pauses_s:
            try:
                await self.scanner.scan(path)
            except ScannerUnavailableError as error:
                _log.warning("document.scanner_unavailable", error=error.message, again_in_s=pause_s)
                await asyncio.sleep(pause_s)
            else:
                return
        await self.scanner.scan(path)
