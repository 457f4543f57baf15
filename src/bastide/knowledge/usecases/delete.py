"""Delete a document: gone from every answer at once, from disk and index by a workflow."""

from bastide.identity.contract import Action, Principal
from bastide.kit.clock import Clock
from bastide.kit.json import Json
from bastide.knowledge.domain.document import Document
from bastide.knowledge.ports.store import KnowledgeStore, Unit
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.events import DELETED, document_event
from bastide.knowledge.usecases.notices import Notices


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
                await self._remove(unit, one)
        for one in removed:
            await self._notices.deleted(one)

    async def _with_children(self, unit: Unit, document: Document) -> list[Document]:
        found = [document]
        for child in await unit.documents.children(document.id):
            found += await self._with_children(unit, child)
        return found

    async def _remove(self, unit: Unit, document: Document) -> None:
        """The event says what the rows said of what is still to be removed."""
        versions = await unit.documents.versions(document.id)
        folders: list[Json] = [version.folder for version in versions]
        runs: list[Json] = [version.run_id for version in versions]
        await unit.documents.remove(document.id)
        event = document_event(DELETED, document, self._clock.now(), folders=folders, runs=runs)
        await unit.announce(event)
