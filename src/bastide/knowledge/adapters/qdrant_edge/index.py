"""`PassageIndex` on Qdrant Edge: one directory below the root for each index."""

import asyncio
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote, unquote

import qdrant_edge as edge

from bastide.kit.errors import UnavailableError
from bastide.kit.json import JsonObject
from bastide.knowledge.adapters.qdrant_edge.analysis import ANALYSERS, analyser_of
from bastide.knowledge.adapters.qdrant_edge.filters import of_document
from bastide.knowledge.adapters.qdrant_edge.generations import (
    GenerationalIndex,
    current_generation,
    make_index,
)
from bastide.knowledge.adapters.qdrant_edge.payload import (
    labels_payload,
    metadata_payload,
    passage_payload,
    range_fields,
    readers_payload,
)
from bastide.knowledge.adapters.qdrant_edge.search import search
from bastide.knowledge.adapters.qdrant_edge.shard import DENSE
from bastide.knowledge.ports.index import Candidate, IndexedPassage, IndexQuery
from bastide.platform.uninterrupted import uninterrupted

T = TypeVar("T")

_BATCH_POINTS = 256
_UNINDEXED_POINTS = 5_000  # so many vectors are compared one by one in about a millisecond
_UNINDEXED_SHARE = 0.2  # so that the work of all rebuilds grows with the points, not with their square


class IndexMissingError(UnavailableError):
    """Rows name an index whose directory is not there: it has to be made again from them."""

    code = "index.missing"


class EdgeIndex:
    """The directories below `root` belong to one process at a time; the library locks them."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open: dict[str, GenerationalIndex] = {}
        self._opening = asyncio.Lock()

    async def create(self, name: str, dimensions: int) -> None:
        async with self._opening:
            folder = self._folder(name)
            if name not in self._open and await asyncio.to_thread(current_generation, folder) is None:
                await uninterrupted(asyncio.to_thread(make_index, folder, dimensions))

    async def drop(self, name: str) -> None:
        async with self._opening:
            if (index := self._open.pop(name, None)) is not None:
                await index.close()
            await asyncio.to_thread(shutil.rmtree, self._folder(name), ignore_errors=True)

    async def names(self) -> list[str]:
        return await asyncio.to_thread(self._names)

    async def upsert(self, name: str, passages: Sequence[IndexedPassage]) -> None:
        index = await self._index(name)
        for start in range(0, len(passages), _BATCH_POINTS):
            points = await asyncio.to_thread(_points, passages[start : start + _BATCH_POINTS])
            index.analysers.update(analyser_of(passage.language) for passage in passages)
            await index.ensure_fields(range_fields(point.payload or {} for point in points))
            await index.write([edge.UpdateOperation.upsert_points(points)], len(points))

    async def delete_document(
        self, name: str, document_id: str, *, versions_below: int | None = None
    ) -> None:
        points = of_document(document_id, versions_below=versions_below)
        await (await self._index(name)).write([edge.UpdateOperation.delete_points_by_filter(points)])

    async def update_document(
        self,
        name: str,
        document_id: str,
        *,
        metadata: JsonObject | None = None,
        readers: tuple[str, ...] | None = None,
        labels: tuple[str, ...] | None = None,
    ) -> None:
        payload: dict[str, object] = {}
        if metadata is not None:
            payload.update(metadata_payload(metadata))
        if readers is not None:
            payload.update(readers_payload(readers))
        if labels is not None:
            payload.update(labels_payload(labels))
        if payload:
            index = await self._index(name)
            await index.ensure_fields(range_fields([payload]))
            points = of_document(document_id)
            await index.write([edge.UpdateOperation.set_payload_by_filter(points, payload)])

    async def query(self, name: str, query: IndexQuery) -> list[Candidate]:
        if not query.access.collections:
            return []
        index = await self._index(name)
        analysers = tuple(sorted(index.analysers))
        return await index.read(lambda shard: search(shard, query, analysers))

    async def count(self, name: str, *, document_id: str | None = None) -> int:
        condition = None if document_id is None else of_document(document_id)
        return await self._read(name, lambda shard: shard.count(edge.CountRequest(filter=condition)))

    async def optimize(self, name: str) -> None:
        if await self._read(name, _is_worth_rebuilding):
            await (await self._index(name)).rebuild()

    async def compact(self, name: str) -> None:
        await (await self._index(name)).rebuild()

    async def close(self) -> None:
        async with self._opening:
            while self._open:
                _, index = self._open.popitem()
                await index.close()

    async def _read(self, name: str, work: Callable[[edge.EdgeShard], T]) -> T:
        return await (await self._index(name)).read(work)

    async def _index(self, name: str) -> GenerationalIndex:
        if (index := self._open.get(name)) is not None:
            return index
        async with self._opening:
            if name not in self._open:
                folder = self._folder(name)
                generation = await asyncio.to_thread(current_generation, folder)
                if generation is None:
                    raise IndexMissingError("The search index is missing; it is made again.", index=name)
                self._open[name] = await GenerationalIndex.load(folder, generation)
            return self._open[name]

    def _folder(self, name: str) -> Path:
        return self._root / quote(name, safe="").replace(".", "%2E")

    def _names(self) -> list[str]:
        folders = sorted(self._root.iterdir()) if self._root.is_dir() else []
        return [unquote(folder.name) for folder in folders if current_generation(folder) is not None]


def _points(passages: Sequence[IndexedPassage]) -> list[edge.Point]:
    return [_point(passage) for passage in passages]


def _point(passage: IndexedPassage) -> edge.Point:
    name = analyser_of(passage.language)
    vector = {DENSE: passage.vector.tolist(), name: ANALYSERS[name].passage(passage.text)}
    return edge.Point(passage.point_id, vector, passage_payload(passage))


def _is_worth_rebuilding(shard: edge.EdgeShard) -> bool:
    """Whether many dense vectors, and a good part, have no graph that leads to them."""
    info = shard.info()
    # Two vectors a point, of which the sparse one is always counted as indexed.
    unindexed = 2 * info.points_count - info.indexed_vectors_count
    return unindexed >= max(_UNINDEXED_POINTS, info.points_count * _UNINDEXED_SHARE)
