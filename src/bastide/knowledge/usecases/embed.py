"""Third step: chunks get vectors."""

from collections.abc import Sequence

import numpy as np

from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.document import Run, Stage
from bastide.knowledge.ports.store import KnowledgeStore, VectorBlock
from bastide.knowledge.usecases.attend import Attend, Counter, RunStoppedError
from bastide.models.contract import Embedder

BLOCK = 256
"""Chunks per transaction: what a crash can cost."""
_BATCH = 32


class Embed:
    def __init__(self, store: KnowledgeStore, attend: Attend, embedder: Embedder) -> None:
        self._store = store
        self._attend = attend
        self._embedder = embedder

    async def __call__(self, run: Run) -> None:
        """Goes on after the last block that is stored. Raises RunStoppedError, UnavailableError."""
        document = await self._attend.load(run)
        if document.latest.stage is not Stage.EMBEDDING:
            return
        await self._attend(
            run,
            document,
            Stage.EMBEDDING,
            lambda counter: self._all(run, document.latest.chunks_count, counter),
        )

    async def _all(self, run: Run, total: int, counter: Counter) -> None:
        """A block and what says that it was the last are one transaction."""
        fingerprint = self._embedder.fingerprint
        async with self._store.reading() as unit:
            start = await unit.chunks.vectors_end(run.document_id, run.version, fingerprint)
            chunks = await unit.chunks.of_version(run.document_id, run.version, start, BLOCK)
        counter.done, counter.total = start, total
        while chunks:
            block = VectorBlock(start, await vectors_of(self._embedder, chunks, counter))
            start += len(chunks)
            async with self._store.transaction() as unit:
                kept = await unit.chunks.add_vectors(run, fingerprint, block)
                chunks = await unit.chunks.of_version(run.document_id, run.version, start, BLOCK)
                kept = kept and (bool(chunks) or await unit.runs.embedded(run))
            if not kept:
                raise RunStoppedError


async def vectors_of(
    embedder: Embedder, chunks: Sequence[Chunk], counter: Counter | None = None
) -> np.ndarray[tuple[int, int], np.dtype[np.float16]]:
    """Shape (chunks, dimensions), rounded to float16 as they are stored and indexed."""
    parts: list[np.ndarray[tuple[int, ...], np.dtype[np.float16]]] = []
    for first in range(0, len(chunks), _BATCH):
        batch = chunks[first : first + _BATCH]
        made = await embedder.embed([chunk.indexed_text for chunk in batch])
        parts.append(made.astype(np.float16))
        if counter is not None:
            counter.done += len(batch)
    return np.concatenate(parts)
