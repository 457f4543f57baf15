"""One file of the journal: lines one after the other, then zeros up to its full size.

It is written through a shared mapping: what is copied there belongs to the kernel at once, as after `write`,
without the system call that cost a twentieth of a call to a model. Its whole size is reserved when it is
made, because a mapping has no way to say that the disk is full.
"""

import errno
import mmap
import os
from pathlib import Path

import msgspec
import structlog

from bastide.gateway.domain.ledger import Entry
from bastide.gateway.ports.journal import JournalError

_READ_BYTES = 1 << 20
_decoder = msgspec.json.Decoder(Entry)
_log = structlog.get_logger()


class Segment:
    """Written by one process. Raises JournalError: there is no room for it."""

    def __init__(self, path: Path, most_bytes: int) -> None:
        self.size = 0
        self._most_bytes = most_bytes
        self.file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.posix_fallocate(self.file, 0, most_bytes)
            self._map = mmap.mmap(self.file, most_bytes)
        except OSError as error:
            os.close(self.file)
            why = "the disk is full" if error.errno in {errno.ENOSPC, errno.EDQUOT} else str(error)
            raise JournalError(f"The journal of calls cannot be written: {why}.") from error

    def append(self, line: bytes) -> bool:
        """False: it is full."""
        end = self.size + len(line)
        if end > self._most_bytes:
            return False
        self._map[self.size : end] = line
        self.size = end
        return True

    def close(self) -> None:
        self._map.close()
        os.close(self.file)


class Tail:
    """Reads the whole lines of a segment that may still grow."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._lines: list[bytes] = []
        self._offset = 0

    def at(self, size: int | None) -> bool:
        """Whether everything up to there has been given back."""
        return not self._lines and self._offset == size

    def next(self, size: int | None) -> Entry | None:
        """None: no more whole lines for now. `size` is how much is written, None where nobody knows."""
        while True:
            if not self._lines and not self._fill(size):
                return None
            line = self._lines.pop()
            try:
                return _decoder.decode(line)
            except msgspec.DecodeError as error:
                _log.error("journal.line_unreadable", error=str(error), line=line[:200])

    def close(self) -> None:
        os.close(self._file)

    def _fill(self, size: int | None) -> bool:
        most = _READ_BYTES if size is None else min(_READ_BYTES, size - self._offset)
        whole, newline, _ = (
            os.pread(self._file, most, self._offset).rpartition(b"\n") if most else (b"", b"", b"")
        )
        if newline:
            self._offset += len(whole) + 1
            self._lines = whole.split(b"\n")[::-1]
        return bool(newline)
