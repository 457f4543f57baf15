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

from bastide.gateway.adapters.journal_segment import Segment, Tail
from bastide.gateway.domain.ledger import Entry, Outcome

_encoder = msgspec.json.Encoder()


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
        self._segment = self._new_segment(0)
        self._full: list[Segment] = []
        self._dirty = False
        self._reading = 0
        self._tail = Tail(self._path(0))
        self._running: dict[str, int] = {}

    def append(self, entry: Entry) -> None:
        line = _encoder.encode(entry) + b"\n"
        if not self._segment.append(line):
            full, self._segment = self._segment, self._new_segment(self._number + 1, len(line))
            self._number += 1
            self._full.append(full)
            self._segment.append(line)
        self._dirty = True

    def read(self, most: int) -> Sequence[Entry]:
        ended: list[Entry] = []
        while len(ended) < most:
            entry = self._tail.next(self._written())
            if entry is None:
                if self._reading == self._number:
                    break
                self._tail.close()
                self._reading += 1
                self._tail = Tail(self._path(self._reading))
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
        if not self._dirty:
            return
        self._dirty = False
        full, self._full = self._full, []
        duplicate = os.dup(self._segment.file)  # a new segment may be begun meanwhile
        try:
            for descriptor in (*(segment.file for segment in full), duplicate):
                await asyncio.to_thread(os.fsync, descriptor)
        finally:
            os.close(duplicate)
            for segment in full:
                segment.close()

    def close(self) -> None:
        self.forget()
        done = self._tail.at(self._written()) and self._reading == self._number and not self._running
        self._tail.close()
        for segment in (*self._full, self._segment):
            segment.close()
        if done:
            shutil.rmtree(self._folder)
        os.close(self._lock)

    def _written(self) -> int | None:
        """How far the segment that is being read is written; None: as far as it will ever be."""
        return self._segment.size if self._reading == self._number else None

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012}.log"

    def _new_segment(self, number: int, at_least: int = 0) -> Segment:
        return Segment(self._path(number), max(self._segment_bytes, at_least))


class AbandonedJournal:
    """Satisfies `Abandoned`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def entries(self, most: int) -> Iterator[Sequence[Entry]]:
        running: dict[str, Entry] = {}
        ended: list[Entry] = []
        for path in sorted(self._folder.glob("*.log")):
            tail = Tail(path)
            while (entry := tail.next(None)) is not None:
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
