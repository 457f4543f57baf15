"""The parser port: a file becomes text with structure."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bastide.knowledge.domain.extraction import ExtractedText


@dataclass(frozen=True, slots=True)
class ParseLimits:
    """What one document may cost. Passing a limit fails that document only."""

    timeout_s: float = 600.0
    memory_mb: int = 1536
    max_pages: int = 5000
    max_text_chars: int = 20_000_000


@dataclass(frozen=True, slots=True)
class ParseProgress:
    """`done` of `total` pages (or other units)."""

    done: int
    total: int


class Parser(Protocol):
    """Turns a file of any supported format into text with structure.

    Works in a subprocess that is replaced after a number of documents, a crash, or a limit. Cancelling the
    task kills the subprocess at work and leaves nothing behind.
    """

    async def parse(
        self,
        path: Path,
        filename: str,
        *,
        password: str | None = None,
        limits: ParseLimits = ParseLimits(),
        on_progress: Callable[[ParseProgress], None] | None = None,
    ) -> ExtractedText:
        """Parse.

        Raises:
            DocumentEncryptedError: `document.encrypted`: a password is needed; with a `reason`, the given one
                is `wrong`, or it is `sealed`: no password could open it here.
            DocumentUnsupportedError: `document.unsupported`: a format that Bastide does not read.
            DocumentCorruptError: `document.corrupt`: broken, or the parser crashed on it.
            DocumentTooLargeError: `document.too_large`: a limit of size, pages, memory or expansion (a bomb).
            DocumentTimeoutError: `document.timeout`.
            DocumentEmptyError: `document.empty`: no text in it (says so when OCR is missing).
        """
        ...

    async def discard(self, extracted: ExtractedText) -> None:
        """Remove the files of its attachments; call it when they have been stored elsewhere."""
        ...

    async def close(self) -> None: ...
