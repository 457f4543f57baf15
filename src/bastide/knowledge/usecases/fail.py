"""A run has failed: say so, in the document and to whoever listens."""

from bastide.kit.clock import Clock
from bastide.knowledge.domain.document import DocumentStatus, Failure, Run
from bastide.knowledge.ports.observer import IngestionObserver
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.events import FAILED, document_event
from bastide.knowledge.usecases.notices import Notices


class Fail:
    def __init__(
        self, store: KnowledgeStore, notices: Notices, observer: IngestionObserver, clock: Clock
    ) -> None:
        self._store = store
        self._notices = notices
        self._observer = observer
        self._clock = clock

    async def __call__(self, run: Run, failure: Failure) -> None:
        """Nothing happens when the run is not wanted any more. An older version goes on serving."""
        async with self._store.transaction() as unit:
            if not await unit.runs.failed(run, failure):
                return
            document = await unit.documents.find(run.document_id)
            if document is None:
                return
            await unit.announce(document_event(FAILED, document, self._clock.now(), code=failure.code))
        self._observer.ended(DocumentStatus.FAILED, document.latest)
        await self._notices.changed(document)
