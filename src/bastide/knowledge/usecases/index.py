"""Fourth step: chunks and vectors go into every index that is alive."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from bastide.identity.contract import reader_tokens
from bastide.kit.clock import Clock
from bastide.kit.ids import derived_uuid, new_id
from bastide.knowledge.domain.document import Document, Run, Stage, Version
from bastide.knowledge.domain.generation import Generation, GenerationState
from bastide.knowledge.domain.metadata import indexed_metadata
from bastide.knowledge.ports.index import IndexedPassage, PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.attend import Attend, Counter
from bastide.knowledge.usecases.embed import BLOCK
from bastide.models.contract import Embedder


@dataclass(frozen=True, slots=True)
class Written:
    """`indexes` that have a version's passages, and the `mark` of the metadata that these have."""

    indexes: tuple[str, ...]
    mark: str


class IndexPassages:
    """Puts the passages of one version of a document into one index; again changes nothing."""

    def __init__(self, store: KnowledgeStore, index: PassageIndex) -> None:
        self._store = store
        self._index = index

    async def __call__(
        self, generation: Generation, document: Document, version: Version, counter: Counter | None = None
    ) -> None:
        """Its vectors under the generation's embedder must be stored; under another embedder than the present
        one there are none, and the passages are found by their words alone until that index is replaced.
        """
        for start in range(0, version.chunks_count, BLOCK):
            passages = await self._passages(generation, document, version, start)
            await self._index.upsert(generation.name, passages)
            if counter is not None:
                counter.done += len(passages)

    async def _passages(
        self, generation: Generation, document: Document, version: Version, start: int
    ) -> Sequence[IndexedPassage]:
        async with self._store.reading() as unit:
            chunks = await unit.chunks.of_version(document.id, version.number, start, BLOCK)
            blocks = await unit.chunks.vectors(
                document.id, version.number, generation.fingerprint, start, BLOCK
            )
        vectors = np.zeros((len(chunks), generation.dimensions), np.float32)
        for block in blocks:
            first = block.start - start
            vectors[first : first + len(block.vectors)] = block.vectors
        metadata, readers = indexed_metadata(document, version), reader_tokens(document.resource)
        return [
            IndexedPassage(
                point_id=point_id(document.id, version.number, chunk.ordinal),
                document_id=document.id,
                version=version.number,
                ordinal=chunk.ordinal,
                collection_id=document.collection.id,
                language=chunk.language or version.language,
                text=chunk.indexed_text,
                vector=vector,
                metadata=metadata,
                readers=readers,
                labels=document.labels,
                page=chunk.page,
                page_end=chunk.page_end,
            )
            for chunk, vector in zip(chunks, vectors, strict=True)
        ]


class IndexVersion:
    def __init__(
        self,
        store: KnowledgeStore,
        attend: Attend,
        index: PassageIndex,
        index_passages: IndexPassages,
        embedder: Embedder,
        clock: Clock,
    ) -> None:
        self._store = store
        self._attend = attend
        self._index = index
        self._index_passages = index_passages
        self._embedder = embedder
        self._clock = clock

    async def __call__(self, run: Run) -> Written:
        """Raises RunStoppedError."""
        document = await self._attend.load(run)
        generations = await self._living(document.organisation_id)

        async def work(counter: Counter) -> None:
            counter.total = document.latest.chunks_count * len(generations)
            for generation in generations:
                await self._index_passages(generation, document, document.latest, counter)

        await self._attend(run, document, Stage.INDEXING, work)
        return Written(tuple(generation.name for generation in generations), mark(document))

    async def _living(self, organisation_id: str) -> Sequence[Generation]:
        """Those that serve or are built; the organisation's first document makes the first one."""
        async with self._store.reading() as unit:
            known = living(await unit.generations.of_organisation(organisation_id))
        if not known:
            async with self._store.transaction() as unit:
                await unit.generations.lock(organisation_id)
                known = living(await unit.generations.of_organisation(organisation_id))
                if not known:
                    first = new_generation(organisation_id, self._embedder, self._clock)
                    await unit.generations.add(first)
                    known = [first]
        for generation in known:
            await self._index.create(generation.name, generation.dimensions)
        return known


def new_generation(
    organisation_id: str,
    embedder: Embedder,
    clock: Clock,
    *,
    state: GenerationState = GenerationState.SERVING,
    run_id: str = "",
) -> Generation:
    """An index that is yet to be made."""
    return Generation(
        name=new_id("idx"),
        organisation_id=organisation_id,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        state=state,
        run_id=run_id,
        created_at=clock.now(),
    )


def living(generations: Sequence[Generation]) -> list[Generation]:
    """Those that must hold every document."""
    return [one for one in generations if one.state is not GenerationState.RETIRED]


def mark(document: Document) -> str:
    """Changes when what the points of the latest version carry changes."""
    carried = [
        indexed_metadata(document, document.latest),
        reader_tokens(document.resource),
        document.labels,
    ]
    return hashlib.sha256(msgspec.json.encode(carried, order="sorted")).hexdigest()


def point_id(document_id: str, version: int, ordinal: int) -> str:
    """The same passage has the same point in every index, whenever it is written."""
    return str(derived_uuid(document_id, version, ordinal))
