"""Who may use a document: it follows its collection, or narrows to a list of its own."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Action, Grant, Principal, Sharing
from bastide.kit.clock import Clock
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.sharing import added_grants
from bastide.knowledge.ports.store import KnowledgeStore, Unit
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.events import CHANGED, document_event
from bastide.knowledge.usecases.notices import Notices


@dataclass(frozen=True, slots=True)
class ShareDocument:
    store: KnowledgeStore
    access: Access
    sharing: Sharing
    notices: Notices
    clock: Clock

    async def read(self, principal: Principal, document_id: str) -> tuple[Grant, ...]:
        """Empty: it follows its collection. Raises DocumentNotFoundError, DeniedError."""
        async with self.store.reading() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_MANAGE, document_id)
        return document.grants

    async def __call__(
        self, principal: Principal, document_id: str, grants: tuple[Grant, ...]
    ) -> tuple[Grant, ...]:
        """Holds for what is attached to it too; the index follows within a moment, and until then every
        passage is checked against the rows before it is shown.

        Raises:
            DocumentNotFoundError, DeniedError, GranteeUnknownError.
        """
        before = await self.read(principal, document_id)
        await self.sharing.check(principal, added_grants(before, grants))
        async with self.store.transaction() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_MANAGE, document_id)
            changed = await self._narrow(unit, principal, document, grants)
        for one in changed:
            await self.notices.changed(one)
        return grants

    async def _narrow(
        self, unit: Unit, principal: Principal, document: Document, grants: tuple[Grant, ...]
    ) -> list[Document]:
        changed = replace(document, grants=grants)
        await unit.documents.change(changed)
        await unit.remember(principal, changed.resource)
        await unit.announce(document_event(CHANGED, changed, self.clock.now()))
        found = [changed]
        for child in await unit.documents.children(document.id):
            found += await self._narrow(unit, principal, child, grants)
        return found
