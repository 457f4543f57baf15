"""An index on disk: generations of one shard, of which the file `current` names the one that serves.

A generation is never changed by a rebuild: the next one is made beside it and the name in `current` is
replaced, so that a crash at any moment leaves a whole index.
"""

import asyncio
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from uuid import uuid4

import qdrant_edge as edge

from bastide.kit.errors import UnavailableError
from bastide.knowledge.adapters.qdrant_edge.shard import OpenShard, configuration, create_shard
from bastide.platform.uninterrupted import uninterrupted

T = TypeVar("T")

# Rises when points are laid out or analysed in another way: what an older Bastide wrote is made again.
FORMAT = "2"
_CURRENT = "current"
_REBUILD = "bastide.knowledge.adapters.qdrant_edge.rebuild"
_FLUSH_POINTS = 2048  # what a crash makes the next start read again from the write-ahead log, at most


class IndexRebuildError(UnavailableError):
    """Optimising or compacting failed; the index serves as before."""

    code = "index.rebuild"


def current_generation(folder: Path) -> Path | None:
    """The generation that serves; None when there is none that this version can read."""
    try:
        form, _, name = (folder / _CURRENT).read_text().partition("/")
    except FileNotFoundError:
        return None
    return folder / name if form == FORMAT else None


def make_index(folder: Path, dimensions: int) -> None:
    """A first, empty generation in place of whatever is there."""
    shutil.rmtree(folder, ignore_errors=True)
    generation = _new_generation(folder)
    shard = create_shard(generation, configuration(dimensions))
    shard.flush()
    shard.close()
    _point_to(folder, generation)


def _new_generation(folder: Path) -> Path:
    return folder / uuid4().hex


def _point_to(folder: Path, generation: Path) -> None:
    draft = folder / f"{_CURRENT}.new"
    draft.write_text(f"{FORMAT}/{generation.name}")
    draft.replace(folder / _CURRENT)


def _remove_others(folder: Path, generation: Path) -> None:
    """What a crash has left of unfinished rebuilds."""
    for path in folder.iterdir():
        if path.is_dir() and path != generation:
            shutil.rmtree(path)


class GenerationalIndex:
    """An open index: one writer at a time, any number of readers, rebuilt while both go on."""

    def __init__(self, folder: Path, shard: OpenShard) -> None:
        self._folder = folder
        self._shard = shard
        self._writing = asyncio.Lock()
        self._rebuilding = asyncio.Lock()
        self._journal: list[edge.UpdateOperation] | None = None
        self._unflushed = 0
        self._closing = False
        self._worker: asyncio.subprocess.Process | None = None

    @classmethod
    async def load(cls, folder: Path, generation: Path) -> "GenerationalIndex":
        await asyncio.to_thread(_remove_others, folder, generation)
        return cls(folder, await OpenShard.load(generation))

    async def read(self, work: Callable[[edge.EdgeShard], T]) -> T:
        return await self._shard.run(work)

    @property
    def analysers(self) -> set[str]:
        """Those that any passage here went through; add to it before writing."""
        return self._shard.analysers

    async def write(self, operations: Sequence[edge.UpdateOperation], points: int = 1) -> None:
        """Applied in order. `points`: about how many are touched."""
        async with self._writing:
            await self._shard.apply(operations)
            if self._journal is not None:
                self._journal.extend(operations)
            self._unflushed += points
            if self._unflushed >= _FLUSH_POINTS:
                await self._flush()

    async def ensure_fields(self, fields: dict[str, edge.PayloadSchemaType]) -> None:
        """Payload indexes for these paths, made when they are first seen."""
        missing = {name: kind for name, kind in fields.items() if name not in self._shard.indexed_fields}
        if missing:
            await self.write([edge.UpdateOperation.create_field_index(*item) for item in missing.items()])
            self._shard.indexed_fields.update(missing)

    async def rebuild(self) -> None:
        """Make the next generation in another process, then serve it. Queries and writes go on meanwhile.

        Raises:
            IndexRebuildError: `index.rebuild`.
        """
        async with self._rebuilding:
            target = _new_generation(self._folder)
            with TemporaryDirectory(dir=self._folder, prefix="rebuild-") as temporary:
                source = Path(temporary) / "source"
                try:
                    await self._copy(source)
                    if self._closing:
                        raise IndexRebuildError("The index is being closed.")
                    await self._run(source, target)
                    await self._switch(target)
                finally:
                    self._journal = None

    async def _copy(self, target: Path) -> None:
        async with self._writing:
            await self._flush()
            copy = asyncio.to_thread(
                shutil.copytree, self._shard.path, target, ignore=shutil.ignore_patterns("wal")
            )
            await uninterrupted(copy)
            self._journal = []

    async def _switch(self, target: Path) -> None:
        async with self._writing:
            fresh = await OpenShard.load(target)
            await fresh.apply(self._journal or [])
            await fresh.run(edge.EdgeShard.flush)
            fresh.take_over(self._shard)
            _point_to(self._folder, target)
            old, self._shard = self._shard, fresh
        await old.close()
        await asyncio.to_thread(shutil.rmtree, old.path)

    async def _flush(self) -> None:
        await self._shard.run(edge.EdgeShard.flush)
        self._unflushed = 0

    async def close(self) -> None:
        """A rebuild under way is given up."""
        self._closing = True
        if self._worker is not None and self._worker.returncode is None:
            self._worker.kill()
        async with self._rebuilding, self._writing:
            await self._shard.close()

    async def _run(self, source: Path, target: Path) -> None:
        command = [sys.executable, "-m", _REBUILD, str(source), str(target)]
        self._worker = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
        try:
            _, message = await self._worker.communicate()
        finally:
            if self._worker.returncode is None:
                self._worker.kill()
                await uninterrupted(self._worker.wait())
        if self._worker.returncode:
            last = message.decode(errors="replace").strip().splitlines()[-1:]
            raise IndexRebuildError("The index could not be rebuilt.", reason=last[0] if last else "killed")
