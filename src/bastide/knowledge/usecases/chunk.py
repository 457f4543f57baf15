"""Second step: the stored text becomes chunks."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TypeAlias

from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.document import Run, Stage
from bastide.knowledge.domain.errors import DocumentEmptyError
from bastide.knowledge.domain.extraction import ExtractedText
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.attend import Attend, Counter, RunStoppedError
from bastide.knowledge.usecases.texts import Texts

Chunker: TypeAlias = Callable[[ExtractedText, str], Sequence[Chunk]]
"""The text and the document's language; what `domain/chunking.py` does."""


class ChunkText:
    def __init__(self, store: KnowledgeStore, attend: Attend, texts: Texts, chunker: Chunker) -> None:
        self._store = store
        self._attend = attend
        self._texts = texts
        self._chunker = chunker

    async def __call__(self, run: Run) -> None:
        """Raises RunStoppedError, DocumentEmptyError."""
        document = await self._attend.load(run)
        if document.latest.stage not in {Stage.QUEUED, Stage.PARSING, Stage.CHUNKING}:
            return

        async def work(_: Counter) -> Sequence[Chunk]:
            stored = await self._texts.read(document.latest)
            return await asyncio.to_thread(self._chunker, stored.extracted, stored.language)

        chunks = await self._attend(run, document, Stage.CHUNKING, work)
        if not chunks:
            raise DocumentEmptyError("There is no text in this document.")
        async with self._store.transaction() as unit:
            if not await unit.runs.chunked(run, chunks):
                raise RunStoppedError
