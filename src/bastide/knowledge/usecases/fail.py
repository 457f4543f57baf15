"""A run has failed: say so, in the document and to whoever listens."""

from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.document import Document, DocumentStatus, Failure, Run
from bastide.knowledge.domain.errors import DocumentInfectedError
from bastide.knowledge.ports.observer import IngestionObserver
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.events import FAILED, document_event
from bastide.knowledge.usecases.notices import Notices
from bastide.operations.contract import AuditEntry, Outcome


class Fail:
    def __init__(
        self, store: KnowledgeStore, notices: Notices, observer: IngestionObserver, clock: Clock
    ) -> None:
        self._store = store
        self._notices = notices
        self._observer = observer
        self._clock = clock

    async def __call__(self, run: Run, failure: Failure) -> None:
        """Nothing happens when the run is not wanted any more. An older version goes on serving. What a virus
        was found in is written down under who has put it in.
        """
        async with self._store.transaction() as unit:
            if not await unit.runs.failed(run, failure):
                return
            document = await unit.documents.find(run.document_id)
            if document is None:
                return
            if failure.code == DocumentInfectedError.code:
                await unit.record(_infected(document, failure))
            await unit.announce(document_event(FAILED, document, self._clock.now(), code=failure.code))
        self._observer.ended(DocumentStatus.FAILED, document.latest)
        await self._notices.changed(document)


def _infected(document: Document, failure: Failure) -> AuditEntry:
    version = document.latest
    details: JsonObject = {
        "signature": failure.details.get("signature"),
        "version": version.number,
        "sha256": version.sha256,
        "collection_id": document.collection.id,
    }
    return AuditEntry(
        DocumentInfectedError.code,
        document.organisation_id,
        version.uploaded_by,
        document.id,
        Outcome.REFUSED,
        details=details,
    )
