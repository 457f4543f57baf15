"""Remove what a deleted document has left behind its rows: runs, points, objects."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from bastide.kit.errors import UnavailableError
from bastide.knowledge.domain.erasure import Erasure
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.platform.objects.port import ObjectStore
from bastide.platform.workflows.port import Workflows, WorkflowState

_PATIENCE_S = 60.0
_POLL_S = 0.1
_UNDER_WAY = frozenset({WorkflowState.QUEUED, WorkflowState.RUNNING})


class StillRunningError(UnavailableError):
    """A run of the document goes on, perhaps in a process that does not answer: try again later."""

    code = "document.still_running"


class Erase:
    """Each method is a step; doing it again changes nothing."""

    def __init__(
        self,
        store: KnowledgeStore,
        objects: ObjectStore,
        index: PassageIndex,
        workflows: Workflows,
        delete: DeleteDocument,
    ) -> None:
        self._store = store
        self._delete = delete
        self._objects = objects
        self._index = index
        self._workflows = workflows

    async def stop(self, erasure_id: str) -> None:
        """Until none of the document's runs can write anything any more. Raises StillRunningError."""
        runs = (await self._of(erasure_id)).runs
        for run_id in runs:
            await self._workflows.cancel(run_id)
        for _ in range(round(_PATIENCE_S / _POLL_S)):
            states = [await self._workflows.status(run_id) for run_id in runs]
            if not any(status and status.state in _UNDER_WAY for status in states):
                return
            await asyncio.sleep(_POLL_S)
        raise StillRunningError("The document is still being read.")

    async def remove(self, erasure_id: str) -> None:
        """Points, objects and what the workflow engine knows of the runs; then nothing is pending."""
        erasure = await self._of(erasure_id)
        if not erasure.id:
            return
        async with self._store.reading() as unit:
            generations = await unit.generations.of_organisation(erasure.organisation_id)
        present = set(await self._index.names())
        for generation in generations:
            if generation.name in present:
                await self._index.delete_document(generation.name, erasure.document_id)
        for folder in erasure.folders:
            await self._objects.erase(folder)
        await self._workflows.forget(list(erasure.runs))
        async with self._store.transaction() as unit:
            for child in await unit.documents.children(erasure.document_id):
                await self._delete.remove(
                    unit, child.organisation_id, child.id
                )  # attached while it was deleted
            await unit.erasures.remove(erasure_id)

    async def _of(self, erasure_id: str) -> Erasure:
        async with self._store.reading() as unit:
            erasure = await unit.erasures.get(erasure_id)
        return erasure or _DONE


_DONE: Final = Erasure("", "", "", (), (), datetime.fromtimestamp(0, UTC))
