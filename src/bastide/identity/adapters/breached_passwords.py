"""A local file of breached passwords, as Have I Been Pwned gives them away ("ordered by hash")."""

import asyncio
import hashlib
from pathlib import Path
from typing import BinaryIO

from bastide.kit.errors import UnavailableError

_LINE_BYTES = 128
"""More than any line: 40 hexadecimal digits, a colon, a count and the end of the line."""


class BreachedFileError(UnavailableError):
    """The file of breached passwords cannot be read."""

    code = "password.list_unavailable"


class BreachedPasswords:
    """Searched where it lies, some forty reads for a billion lines; nothing of it is kept in memory.

    Each line is the SHA-1 of a password in hexadecimal digits, a colon, and how often it was seen; lines are
    in the order of the hashes and end with LF or CRLF.
    """

    reason = "breached"

    def __init__(self, path: Path) -> None:
        self._path = path

    async def holds(self, password: str) -> bool:
        """Raises BreachedFileError: a password is not accepted unseen."""
        # SHA-1 because the list is hashed so; nothing is kept under it.
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        try:
            return await asyncio.to_thread(self._find, digest)
        except OSError as error:
            raise BreachedFileError("The list of breached passwords cannot be read.") from error

    def _find(self, digest: bytes) -> bool:
        with self._path.open("rb") as file:
            low, high = 0, file.seek(0, 2)
            while high - low > _LINE_BYTES:
                middle = (low + high) // 2
                if _line_after(file, middle)[:40].upper() <= digest:
                    low = middle
                else:
                    high = middle
            file.seek(max(0, low - _LINE_BYTES))
            near = file.read(4 * _LINE_BYTES).upper()
        return any(line.startswith(digest + b":") for line in near.split(b"\n"))


def _line_after(file: BinaryIO, position: int) -> bytes:
    """The first whole line that begins after a position; at the end what comes after every hash."""
    file.seek(position)
    file.readline(_LINE_BYTES)
    return file.readline(_LINE_BYTES) or b"~"
