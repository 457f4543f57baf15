"""At the start: what a crash, a lost disk or another embedder has left undone is begun again."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bastide.kit.clock import Clock
from bastide.knowledge.domain.document import Run
from bastide.knowledge.domain.generation import Generation, GenerationState
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import IndexedDocument, KnowledgeStore
from bastide.knowledge.usecases.events import new_event_id
from bastide.knowledge.usecases.rebuild import AskRebuild, Rebuild
from bastide.knowledge.usecases.resume_erasures import ResumeErasures
from bastide.knowledge.usecases.runs import restart
from bastide.models.contract import Embedder
from bastide.platform.workflows.port import Workflows, WorkflowState

_AT_A_TIME = 500
_UNDER_WAY = frozenset({WorkflowState.QUEUED, WorkflowState.RUNNING})
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class CatchUp:
    """SQL is right; everything else is compared with it.

    Attributes:
        ingest: the name of the workflow.
    """

    store: KnowledgeStore
    index: PassageIndex
    workflows: Workflows
    embedder: Embedder
    ask_rebuild: AskRebuild
    rebuild: Rebuild
    clock: Clock
    resume_erasures: ResumeErasures
    ingest: str

    async def __call__(self) -> None:
        """Once per start, in the background, in one process that works."""
        await self._runs()
        await self.resume_erasures()
        async with self.store.reading() as unit:
            generations = await unit.generations.everyone()
        await self._drop_unknown(generations)
        for organisation_id in sorted({one.organisation_id for one in generations}):
            mine = [one for one in generations if one.organisation_id == organisation_id]
            await self._organisation(organisation_id, mine)

    async def _runs(self) -> None:
        async with self.store.reading() as unit:
            unfinished = await unit.runs.unfinished()
        for organisation_id, run in unfinished:
            status = await self.workflows.status(run.run_id)
            if status is None:
                payload = {"document_id": run.document_id, "version": run.version}
                await self.workflows.enqueue(
                    self.ingest, run.run_id, {"organisation_id": organisation_id, **payload}
                )
            elif status.state not in _UNDER_WAY:
                await self._restart(run)

    async def _restart(self, run: Run) -> None:
        async with self.store.transaction() as unit:
            document = await unit.documents.find(run.document_id)
            if document is not None and await unit.runs.wanted(run):
                await restart(unit, document, new_event_id(), self.clock)

    async def _drop_unknown(self, generations: Sequence[Generation]) -> None:
        known = {one.name for one in generations}
        for name in await self.index.names():
            if name not in known:
                await self.index.drop(name)

    async def _organisation(self, organisation_id: str, generations: Sequence[Generation]) -> None:
        for one in generations:
            if one.state is GenerationState.BUILDING:
                status = await self.workflows.status(one.run_id)
                if status is not None and status.state not in _UNDER_WAY:
                    await self.ask_rebuild.begin(organisation_id, again=True)
            elif one.state is GenerationState.SERVING:
                await self._serving(one)
        await self.rebuild.drop_retired(organisation_id)

    async def _serving(self, generation: Generation) -> None:
        await self.index.create(generation.name, generation.dimensions)
        if generation.fingerprint != self.embedder.fingerprint:
            _log.info("index.embedder_changed", organisation_id=generation.organisation_id)
            await self.ask_rebuild.begin(generation.organisation_id)
        elif await self._differs(generation):
            _log.warning("index.behind", organisation_id=generation.organisation_id)
            await self._reconcile(generation)
            if await self._differs(generation) and not await self._anything_read(generation):
                await self.ask_rebuild.begin(generation.organisation_id)  # it has what SQL does not know of

    async def _differs(self, generation: Generation) -> bool:
        async with self.store.reading() as unit:
            _, passages = await unit.generations.totals(generation.organisation_id)
        return await self.index.count(generation.name) != passages

    async def _anything_read(self, generation: Generation) -> bool:
        async with self.store.reading() as unit:
            return any(one == generation.organisation_id for one, _ in await unit.runs.unfinished())

    async def _reconcile(self, generation: Generation) -> None:
        after = ""
        while True:
            async with self.store.reading() as unit:
                page = await unit.generations.documents(generation.organisation_id, after, _AT_A_TIME)
            if not page:
                return
            for document in page:
                await self._document(generation, document)
            after = page[-1].document_id

    async def _document(self, generation: Generation, document: IndexedDocument) -> None:
        count = await self.index.count(generation.name, document_id=document.document_id)
        if count == document.chunks_count or not document.settled:
            return
        if count > document.chunks_count:
            await self.index.delete_document(generation.name, document.document_id)
        await self.rebuild.put(generation, document)
