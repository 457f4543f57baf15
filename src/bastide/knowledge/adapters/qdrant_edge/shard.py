"""One open shard on disk."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import qdrant_edge as edge

from bastide.knowledge.adapters.qdrant_edge.analysis import ANALYSERS
from bastide.platform.uninterrupted import uninterrupted

T = TypeVar("T")

DENSE = "dense"
_KEYWORDS = ("document_id", "collection_id", "readers", "labels", "facets", "place")


def configuration(dimensions: int) -> edge.EdgeConfig:
    """The dot product of unit vectors, and one sparse vector per analyser weighted by its own IDF."""
    sparse = edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)
    return edge.EdgeConfig(
        vectors={DENSE: edge.EdgeVectorParams(size=dimensions, distance=edge.Distance.Dot)},
        sparse_vectors=dict.fromkeys(ANALYSERS, sparse),
    )


def create_shard(path: Path, config: edge.EdgeConfig) -> edge.EdgeShard:
    path.mkdir(parents=True)
    shard = edge.EdgeShard.create(str(path), config)
    for name in _KEYWORDS:
        shard.update(edge.UpdateOperation.create_field_index(name, edge.PayloadSchemaType.Keyword))
    return shard


def _has_vector(shard: edge.EdgeShard, name: str) -> bool:
    condition = edge.Filter(must=[edge.HasVectorCondition(name)])
    return bool(shard.scroll(edge.ScrollRequest(limit=1, filter=condition, with_payload=False))[0])


class OpenShard:
    """Calls run in threads; the shard is closed only when none is under way.

    Attributes:
        indexed_fields: payload paths that have an index.
        analysers: those that any passage went through; asking for others would cost a scan.
    """

    def __init__(self, path: Path, shard: edge.EdgeShard) -> None:
        self.path = path
        self._shard = shard
        self._idle = asyncio.Event()
        self._idle.set()
        self._users = 0
        self.indexed_fields = set(shard.info().payload_schema)
        self.analysers = {name for name in ANALYSERS if _has_vector(shard, name)}

    @classmethod
    async def load(cls, path: Path) -> "OpenShard":
        return await uninterrupted(asyncio.to_thread(lambda: cls(path, edge.EdgeShard.load(str(path)))))

    async def run(self, work: Callable[[edge.EdgeShard], T]) -> T:
        self._users += 1
        self._idle.clear()
        try:
            return await uninterrupted(asyncio.to_thread(work, self._shard))
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    async def apply(self, operations: Sequence[edge.UpdateOperation]) -> None:
        def work(shard: edge.EdgeShard) -> None:
            for operation in operations:
                shard.update(operation)

        await self.run(work)

    async def close(self) -> None:
        """After the last call."""
        await self._idle.wait()
        await uninterrupted(asyncio.to_thread(self._close))

    def take_over(self, other: "OpenShard") -> None:
        """What is known of another shard whose points are all here too."""
        self.indexed_fields |= other.indexed_fields
        self.analysers |= other.analysers

    def _close(self) -> None:
        self._shard.flush()
        self._shard.close()
