"""Erasures whose workflow has ended without them: begun again."""

from dataclasses import dataclass

from bastide.kit.json import JsonObject
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.platform.workflows.port import Workflows, WorkflowState

_UNDER_WAY = frozenset({WorkflowState.QUEUED, WorkflowState.RUNNING})


@dataclass(frozen=True, slots=True)
class ResumeErasures:
    """`erase`, `empty`: names of the workflows."""

    store: KnowledgeStore
    workflows: Workflows
    erase: str
    empty: str

    async def __call__(self) -> None:
        """What is under way goes on. A collection may be emptied twice at a time: nothing is lost by it."""
        async with self.store.reading() as unit:
            erasures = await unit.erasures.everything()
            hidden = await unit.collections.hidden()
        for erasure in erasures:
            await self._begin(self.erase, erasure.id, {})
        for organisation_id, collection_id in hidden:
            payload: JsonObject = {"organisation_id": organisation_id, "collection_id": collection_id}
            await self._begin(self.empty, f"empty-{collection_id}", payload)

    async def _begin(self, name: str, workflow_id: str, payload: JsonObject) -> None:
        status = await self.workflows.status(workflow_id)
        if status is not None and status.state not in _UNDER_WAY:
            await self.workflows.forget([workflow_id])
        await self.workflows.enqueue(name, workflow_id, payload)
