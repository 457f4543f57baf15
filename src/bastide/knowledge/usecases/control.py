"""Stop reading a document, or read it again."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Action, Principal
from bastide.kit.clock import Clock
from bastide.knowledge.domain.document import Document, DocumentStatus
from bastide.knowledge.domain.errors import DocumentNotProcessingError, DocumentNotStoppedError
from bastide.knowledge.ports.observer import IngestionObserver
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.events import CANCELLED, document_event, new_event_id
from bastide.knowledge.usecases.notices import Notices
from bastide.knowledge.usecases.passwords import Passwords
from bastide.knowledge.usecases.runs import restart, run_of

_STOPPED = frozenset({DocumentStatus.FAILED, DocumentStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class Control:
    store: KnowledgeStore
    access: Access
    notices: Notices
    passwords: Passwords
    observer: IngestionObserver
    clock: Clock

    async def cancel(self, principal: Principal, document_id: str) -> Document:
        """The run notices within a third of a second; an older version goes on serving.

        Raises:
            DocumentNotFoundError, DeniedError, DocumentNotProcessingError.
        """
        async with self.store.transaction() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_CONTRIBUTE, document_id)
            if not await unit.runs.cancelled(run_of(document)):
                raise DocumentNotProcessingError("This document is not being read.", document_id=document_id)
            await unit.announce(document_event(CANCELLED, document, self.clock.now()))
        self.observer.ended(DocumentStatus.CANCELLED, document.latest)
        document = replace(document, latest=replace(document.latest, status=DocumentStatus.CANCELLED))
        await self.notices.changed(document)
        return document

    async def retry(self, principal: Principal, document_id: str, password: str | None) -> Document:
        """Raises DocumentNotFoundError, DeniedError, DocumentNotStoppedError."""
        run_id = new_event_id()
        await self.passwords.keep(run_id, password)
        async with self.store.transaction() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_CONTRIBUTE, document_id)
            if document.latest.status not in _STOPPED:
                raise DocumentNotStoppedError(
                    "This document is being read, or was read.", document_id=document_id
                )
            document = await restart(unit, document, run_id, self.clock)
        await self.notices.changed(document)
        return document
