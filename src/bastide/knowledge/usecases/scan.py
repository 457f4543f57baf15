"""Nothing is read that the virus scanner, where there is one, has not seen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import structlog

from bastide.knowledge.domain.errors import ScannerUnavailableError
from bastide.knowledge.ports.scanner import Scanner
from bastide.knowledge.usecases.attend import Counter

SCANNER_UNREACHABLE: Final = "scanner.unreachable"

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Scan:
    """`scanner`: None = the installation has none. `pauses_s`: how a silent one is waited for."""

    scanner: Scanner | None
    pauses_s: Sequence[float]

    async def __call__(self, path: Path, counter: Counter) -> None:
        """A minute of patience here; the workflow's step has some more. The counter says what is waited for.

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
                counter.waits_for = SCANNER_UNREACHABLE
                await asyncio.sleep(pause_s)
            else:
                counter.waits_for = ""
                return
        await self.scanner.scan(path)
        counter.waits_for = ""
