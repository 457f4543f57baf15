"""Delete a document: gone from every answer at once, from disk and index by a workflow."""

from bastide.identity.contract import Action, Principal
from bastide.kit.clock import Clock
from bastide.kit.events import DomainEvent
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.erasure import Erasure
from bastide.knowledge.ports.store import KnowledgeStore, Unit
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.events import DELETED, new_event_id
from bastide.knowledge.usecases.notices import Notices
from bastide.operations.contract import done_by


class DeleteDocument:
    def __init__(self, store: KnowledgeStore, access: Access, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._notices = notices
        self._clock = clock

    async def __call__(self, principal: Principal, document_id: str) -> None:
        """With what was attached to it. Raises DocumentNotFoundError, DeniedError."""
        async with self._store.transaction() as unit:
            document = await self._access.document(unit, principal, Action.DOCUMENT_MANAGE, document_id)
            removed = await self._with_children(unit, document)
            for one in removed:
                await self.remove(unit, one.organisation_id, one.id)
                await unit.remember(principal, one.resource, deleted=True)
                entry = done_by(principal, "document.deleted", one.id, collection_id=one.collection.id)
                await unit.record(entry)
        for one in removed:
            await self._notices.deleted(one)

    async def _with_children(self, unit: Unit, document: Document) -> list[Document]:
        found = [document]
        for child in await unit.documents.children(document.id):
            found += await self._with_children(unit, child)
        return found

    async def remove(self, unit: Unit, organisation_id: str, document_id: str) -> None:
        """Without asking, and without what is attached."""
        versions = await unit.documents.versions(document_id)
        await unit.documents.remove(document_id)
        event_id, now = new_event_id(), self._clock.now()
        folders = tuple(version.folder for version in versions)
        runs = tuple(version.run_id for version in versions)
        await unit.erasures.add(Erasure(event_id, organisation_id, document_id, folders, runs, now))
        payload: JsonObject = {"organisation_id": organisation_id, "document_id": document_id}
        await unit.announce(DomainEvent(event_id, DELETED, organisation_id, document_id, payload, now))
