"""The journal in files: a folder per process, locked while it lives, with segments of lines.

A line is an entry as a JSON array. The kernel has it when `append` returns, so that it survives the death of
the process; `sync` makes it survive that of the machine.
"""

import asyncio
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import structlog

from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.ports.journal import JournalError

_READ_BYTES = 1 << 20
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Entry)
_log = structlog.get_logger()


class FileJournal:
    """Satisfies `Journal`. `root` holds the folders of all processes of this machine."""

    def __init__(self, root: Path, *, segment_bytes: int = 8 << 20) -> None:
        self._root = root
        self._segment_bytes = segment_bytes
        name = f"{os.getpid()}-{secrets.token_hex(4)}"
        hidden = root / f".{name}"  # until it is locked, so that nobody takes it for abandoned
        hidden.mkdir(parents=True, mode=0o700)
        self._lock = _lock(hidden)
        self._folder = hidden.rename(root / name)
        self._number = 0
        self._size = 0
        self._dirty = False
        self._open_segment()
        self._reading = 0
        self._tail = Tail(self._segment(0))
        self._running: dict[str, int] = {}

    def append(self, entry: Entry) -> None:
        line = _encoder.encode(entry) + b"\n"
        if self._size + len(line) > self._segment_bytes and self._size:
            os.fsync(self._file)
            os.close(self._file)
            self._number += 1
            self._open_segment()
        try:
            written = os.write(self._file, line)
        except OSError as error:
            raise JournalError(f"The journal of calls cannot be written: {error}.") from error
        if written != len(line):
            raise JournalError("The journal of calls cannot be written: the disk is full.")
        self._size += len(line)
        self._dirty = True

    def read(self, most: int) -> Sequence[Entry]:
        ended: list[Entry] = []
        while len(ended) < most:
            entry = self._tail.next()
            if entry is None:
                if self._reading == self._number:
                    break
                self._tail.close()
                self._reading += 1
                self._tail = Tail(self._segment(self._reading))
            elif entry.outcome is Outcome.RUNNING:
                self._running[entry.id] = self._reading
            else:
                self._running.pop(entry.id, None)
                ended.append(entry)
        return ended

    def forget(self) -> None:
        needed = min(self._running.values(), default=self._reading)
        for path in sorted(self._folder.glob("*.log")):
            if int(path.stem) < min(needed, self._reading):
                path.unlink()

    def abandoned(self) -> Iterator["AbandonedJournal"]:
        for folder in sorted(self._root.iterdir()):
            if folder == self._folder or folder.name.startswith(".") or not folder.is_dir():
                continue
            try:
                lock = _lock(folder)
            except (BlockingIOError, FileNotFoundError):
                continue  # its process lives, or another one has just removed it
            try:
                yield AbandonedJournal(folder)
            finally:
                os.close(lock)

    async def sync(self) -> None:
        if self._dirty:
            self._dirty = False
            duplicate = os.dup(self._file)  # a new segment may be begun meanwhile
            try:
                await asyncio.to_thread(os.fsync, duplicate)
            finally:
                os.close(duplicate)

    def close(self) -> None:
        self.forget()
        done = self._tail.at_end and self._reading == self._number and not self._running
        self._tail.close()
        os.close(self._file)
        if done:
            shutil.rmtree(self._folder)
        os.close(self._lock)

    def _segment(self, number: int) -> Path:
        return self._folder / f"{number:012}.log"

    def _open_segment(self) -> None:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._file = os.open(self._segment(self._number), flags, 0o600)
        self._size = 0


class Tail:
    """Reads the whole lines of a file that may still grow."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb", buffering=0)
        self._lines: list[bytes] = []
        self._rest = b""

    @property
    def at_end(self) -> bool:
        """Whether everything in the file has been given back."""
        return not self._lines and self._file.tell() == os.fstat(self._file.fileno()).st_size

    def next(self) -> Entry | None:
        """None: no more whole lines for now."""
        while True:
            if not self._lines and not self._fill():
                return None
            line = self._lines.pop()
            try:
                return _decoder.decode(line)
            except msgspec.DecodeError as error:
                _log.error("journal.line_unreadable", error=str(error), line=line[:200])

    def close(self) -> None:
        self._file.close()

    def _fill(self) -> bool:
        data = self._rest + (self._file.read(_READ_BYTES) or b"")
        whole, newline, self._rest = data.rpartition(b"\n")
        if newline:
            self._lines = whole.split(b"\n")[::-1]
        return bool(newline)


class AbandonedJournal:
    """Satisfies `Abandoned`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self, most: int) -> Iterator[Sequence[Entry]]:
        running: dict[str, Entry] = {}
        ended: list[Entry] = []
        for path in sorted(self._folder.glob("*.log")):
            tail = Tail(path)
            while (entry := tail.next()) is not None:
                if entry.outcome is Outcome.RUNNING:
                    running[entry.id] = entry
                    continue
                running.pop(entry.id, None)
                ended.append(entry)
                if len(ended) == most:
                    yield ended
                    ended = []
            tail.close()
        ended += [msgspec.structs.replace(each, outcome=Outcome.INTERRUPTED) for each in running.values()]
        for start in range(0, len(ended), most):
            yield ended[start : start + most]

    def remove(self) -> None:
        shutil.rmtree(self._folder)


def _lock(folder: Path) -> int:
    """Raises BlockingIOError: a living process holds it."""
    descriptor = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
