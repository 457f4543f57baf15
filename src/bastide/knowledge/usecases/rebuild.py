"""Make an organisation's index again from rows, while the old one serves."""

import asyncio
from dataclasses import dataclass

from bastide.identity.contract import Action, Principal
from bastide.kit.clock import Clock
from bastide.kit.events import DomainEvent
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.generation import Generation, GenerationState
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import IndexedDocument, KnowledgeStore, VectorBlock
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.embed import BLOCK, vectors_of
from bastide.knowledge.usecases.events import REBUILD_ASKED, new_event_id
from bastide.knowledge.usecases.index import IndexPassages, new_generation
from bastide.models.contract import Embedder
from bastide.operations.contract import done_by
from bastide.platform.cache.port import Cache
from bastide.platform.workflows.port import Workflows

_AT_A_TIME = 50
_PROGRESS_S = 3600.0
_QUERIES_END_S = 1.0
"""A search that has looked up the old index's name asks it within milliseconds; then it may go."""


@dataclass(frozen=True, slots=True)
class AskRebuild:
    """Begin a new generation; its workflow does the rest."""

    store: KnowledgeStore
    access: Access
    embedder: Embedder
    workflows: Workflows
    clock: Clock

    async def __call__(self, principal: Principal) -> Generation:
        """The one that is being built already, if it is of the present embedder. Raises DeniedError."""
        self.access.require(principal, Action.ORGANISATION_MANAGE)
        async with self.store.transaction() as unit:
            await unit.record(done_by(principal, REBUILD_ASKED, principal.organisation_id))
        return await self.begin(principal.organisation_id)

    async def begin(self, organisation_id: str, *, again: bool = False) -> Generation:
        """`again`: also when one is being built; that one is given up."""
        run_id = new_event_id()
        given_up: list[Generation] = []
        async with self.store.transaction() as unit:
            await unit.generations.lock(organisation_id)
            for one in await unit.generations.of_organisation(organisation_id):
                if one.state is GenerationState.BUILDING:
                    if one.fingerprint == self.embedder.fingerprint and not again:
                        return one
                    await unit.generations.set_state(one.name, GenerationState.RETIRED)
                    given_up.append(one)
            made = new_generation(
                organisation_id, self.embedder, self.clock, state=GenerationState.BUILDING, run_id=run_id
            )
            await unit.generations.add(made)
            payload: JsonObject = {"organisation_id": organisation_id, "index": made.name}
            now = self.clock.now()
            await unit.announce(
                DomainEvent(run_id, REBUILD_ASKED, organisation_id, organisation_id, payload, now)
            )
        for one in given_up:
            await self.workflows.cancel(one.run_id)
        return made


@dataclass(frozen=True, slots=True)
class Rebuild:
    """Each method is a step; doing it again changes nothing."""

    store: KnowledgeStore
    index: PassageIndex
    index_passages: IndexPassages
    embedder: Embedder
    cache: Cache

    async def fill(self, name: str, after: str) -> str | None:
        """Some documents beyond that id; the id to go on from, None at the end or when it was given up."""
        generation = await self._building(name)
        if generation is None:
            return None
        await self.index.create(name, generation.dimensions)
        async with self.store.reading() as unit:
            documents = await unit.generations.documents(generation.organisation_id, after, _AT_A_TIME)
        for document in documents:
            await self._put(generation, document)
        await self._count(generation, len(documents), begin=not after)
        return documents[-1].document_id if documents else None

    async def switch(self, name: str) -> None:
        """Search asks the new index from one commit on."""
        generation = await self._building(name)
        if generation is None:
            return
        await self.index.optimize(name)
        async with self.store.transaction() as unit:
            await unit.generations.lock(generation.organisation_id)
            for one in await unit.generations.of_organisation(generation.organisation_id):
                if one.state is GenerationState.SERVING:
                    await unit.generations.set_state(one.name, GenerationState.RETIRED)
            await unit.generations.set_state(name, GenerationState.SERVING)

    async def drop_retired(self, organisation_id: str) -> None:
        """Indexes that nobody asks any more, and vectors that no index needs."""
        async with self.store.reading() as unit:
            generations = await unit.generations.of_organisation(organisation_id)
        retired = [one for one in generations if one.state is GenerationState.RETIRED]
        if retired:
            await asyncio.sleep(_QUERIES_END_S)
        for one in retired:
            await self.index.drop(one.name)
            async with self.store.transaction() as unit:
                await unit.generations.remove(one.name)
        keep = {one.fingerprint for one in generations if one.state is not GenerationState.RETIRED}
        async with self.store.transaction() as unit:
            await unit.chunks.forget_vectors(organisation_id, sorted(keep | {self.embedder.fingerprint}))

    async def put(self, generation: Generation, document: IndexedDocument) -> None:
        """The passages of the document's current version, with vectors that are made where there are none."""
        async with self.store.reading() as unit:
            found = await unit.documents.find(document.document_id)
            version = await unit.documents.version(document.document_id, document.version)
        if found is None or version is None:
            return
        if generation.fingerprint == self.embedder.fingerprint:
            await self._embed(document)
        await self.index_passages(generation, found, version)

    async def _put(self, generation: Generation, document: IndexedDocument) -> None:
        """What was deleted or replaced meanwhile was removed from this index before it was put there."""
        await self.put(generation, document)
        async with self.store.reading() as unit:
            found = await unit.documents.find(document.document_id)
        if found is None:
            await self.index.delete_document(generation.name, document.document_id)
        elif found.current_version != document.version:
            await self.index.delete_document(generation.name, found.id, versions_below=found.current_version)

    async def _embed(self, document: IndexedDocument) -> None:
        fingerprint = self.embedder.fingerprint
        done = 0
        while done < document.chunks_count:
            async with self.store.reading() as unit:
                done = await unit.chunks.vectors_end(document.document_id, document.version, fingerprint)
                chunks = await unit.chunks.of_version(document.document_id, document.version, done, BLOCK)
            if not chunks:
                return
            block = VectorBlock(done, await vectors_of(self.embedder, chunks))
            async with self.store.transaction() as unit:
                await unit.chunks.put_vectors(document.document_id, document.version, fingerprint, block)
            done += len(chunks)

    async def _building(self, name: str) -> Generation | None:
        async with self.store.reading() as unit:
            everyone = await unit.generations.everyone()
        wanted = (one for one in everyone if one.name == name and one.state is GenerationState.BUILDING)
        return next(wanted, None)

    async def _count(self, generation: Generation, more: int, *, begin: bool) -> None:
        key = rebuilt_key(generation)
        if begin:
            await self.cache.delete(key)
        await self.cache.increment(key, more, ttl_s=_PROGRESS_S)


def rebuilt_key(generation: Generation) -> str:
    """Of the counter of documents that a generation has, in the cache."""
    return f"{generation.organisation_id}:rebuilt:{generation.name}"
