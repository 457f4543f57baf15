"""The scanner port: somebody who knows viruses looks at a file before anything else does."""

from pathlib import Path
from typing import Protocol


class Scanner(Protocol):
    """Looks at whole files, those inside archives and letters too, as far as it opens them."""

    async def scan(self, path: Path) -> None:
        """Returns when nothing was found.

        Raises:
            DocumentInfectedError: `details` has the name of what was found.
            DocumentUnscannedError: it does not take this file, and never will (too large).
            ScannerUnavailableError: it does not answer; ask again.
        """
        ...

    async def ping(self) -> str:
        """Its version. Raises ScannerUnavailableError."""
        ...
