"""Objects as files of a directory: `<root>/<prefix>/sha256/<2 hex digits>/<64 hex digits>`."""

import asyncio
import hashlib
import io
import os
import re
import shutil
import tempfile
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator
from contextlib import contextmanager
from pathlib import Path

from bastide.kit.errors import InvalidError, UnavailableError
from bastide.platform.objects.port import ObjectNotFoundError, ObjectTooLargeError, StoredObject
from bastide.platform.uninterrupted import uninterrupted

_CHUNK_BYTES = 1 << 20
_INCOMING = ".incoming"
_STALE_S = 3600  # an unfinished write that nobody has touched for so long belongs to a dead process
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_KEY = re.compile(rf"(?P<prefix>{_PREFIX.pattern})/sha256/(?P<digest>[0-9a-f]{{64}})")


class ObjectKeyError(InvalidError):
    """A key or prefix that this store would never have given out."""

    code = "object.key"


class ObjectsUnavailableError(UnavailableError):
    """The directory cannot be read or written (disk full, permission, device gone)."""

    code = "object.unavailable"


class DirectoryObjects:
    """Each call that touches the disk runs in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(
        self, prefix: str, chunks: AsyncIterator[bytes], *, max_bytes: int | None = None
    ) -> StoredObject:
        folder = self._root / _checked_prefix(prefix) / "sha256"
        incoming = await uninterrupted(
            asyncio.to_thread(_Incoming, self._root / _INCOMING), lost=_Incoming.discard
        )
        try:
            async for block in _blocks(chunks):
                if max_bytes is not None and incoming.size + len(block) > max_bytes:
                    raise ObjectTooLargeError(f"More than {max_bytes} bytes were sent.", max_bytes=max_bytes)
                await uninterrupted(asyncio.to_thread(incoming.write, block))
            digest = await uninterrupted(asyncio.to_thread(incoming.keep, folder))
        finally:
            await uninterrupted(asyncio.to_thread(incoming.discard))
        return StoredObject(f"{prefix}/sha256/{digest}", digest, incoming.size)

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        path = self._path(key)
        with _translated(key):
            file = await uninterrupted(asyncio.to_thread(path.open, "rb", buffering=0), lost=_close)
        try:
            left = (1 << 63) if end is None else end - start
            await asyncio.to_thread(file.seek, start)
            while left > 0:
                with _translated(key):
                    block = await uninterrupted(asyncio.to_thread(file.read, min(left, _CHUNK_BYTES)))
                if not block:
                    return
                left -= len(block)
                yield block
        finally:
            file.close()

    async def read(self, key: str) -> bytes:
        with _translated(key):
            return await asyncio.to_thread(self._path(key).read_bytes)

    async def size(self, key: str) -> int:
        with _translated(key):
            return (await asyncio.to_thread(self._path(key).stat)).st_size

    async def delete(self, key: str) -> None:
        with _translated(key):
            await asyncio.to_thread(self._path(key).unlink, missing_ok=True)

    async def erase(self, prefix: str) -> None:
        folder = self._root / _checked_prefix(prefix)
        with _translated(prefix):
            await asyncio.to_thread(_remove_tree, folder)

    async def keys(self, prefix: str) -> AsyncGenerator[str]:
        folders = os.walk(self._root / _checked_prefix(prefix))
        while (folder := await asyncio.to_thread(next, folders, None)) is not None:
            path, _, names = folder
            parent = Path(path).parent.relative_to(self._root).as_posix()
            for name in names:
                if _KEY.fullmatch(key := f"{parent}/{name}"):
                    yield key

    def _path(self, key: str) -> Path:
        match = _KEY.fullmatch(key)
        if match is None:
            raise ObjectKeyError("This is not the key of an object.", key=key)
        digest = match["digest"]
        return self._root / match["prefix"] / "sha256" / digest[:2] / digest


def _remove_tree(folder: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(folder)


def _close(file: io.FileIO) -> None:
    file.close()


def open_directory(root: Path) -> DirectoryObjects:
    """Make the folder if needed, and remove what writes of dead processes have left behind."""
    incoming = root / _INCOMING
    with _translated(str(root)):
        incoming.mkdir(parents=True, exist_ok=True)
        for path in incoming.iterdir():
            if path.stat().st_mtime < time.time() - _STALE_S:
                path.unlink(missing_ok=True)
    return DirectoryObjects(root)


class _Incoming:
    """A write that has not ended: a temporary file on the same disk, so that a rename makes it an object."""

    def __init__(self, folder: Path) -> None:
        with _translated(str(folder)):
            descriptor, name = tempfile.mkstemp(dir=folder)
        self._file = os.fdopen(descriptor, "wb", buffering=0)
        self._path = Path(name)
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, block: bytes) -> None:
        self._hash.update(block)
        self.size += len(block)
        with _translated(self._path.name):
            rest = memoryview(block)
            while rest:
                rest = rest[self._file.write(rest) :]

    def keep(self, folder: Path) -> str:
        """The bytes reach the disk before their name does: whole or absent after a power cut."""
        digest = self._hash.hexdigest()
        target = folder / digest[:2] / digest
        with _translated(target.name):
            os.fsync(self._file.fileno())
            made = _make_folders(target.parent)
            self._path.replace(target)
            for changed in (target.parent, *made):
                _sync_folder(changed)
        return digest

    def discard(self) -> None:
        self._file.close()
        self._path.unlink(missing_ok=True)


async def _blocks(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The same bytes in blocks of about a mebibyte: a trip to a thread costs more than a small write."""
    waiting = bytearray()
    async for chunk in chunks:
        waiting += chunk
        if len(waiting) >= _CHUNK_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def _checked_prefix(prefix: str) -> str:
    if not _PREFIX.fullmatch(prefix):
        raise ObjectKeyError("A prefix is made of words of letters, digits, - and _.", prefix=prefix)
    return prefix


def _make_folders(folder: Path) -> list[Path]:
    """Make the folder; returns the existing and new folders that now hold a new name."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return [path.parent for path in missing]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _translated(what: str) -> Generator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectNotFoundError("There is no such object.", key=what) from error
    except OSError as error:
        raise ObjectsUnavailableError(f"The object directory does not work: {error.strerror}.") from error
