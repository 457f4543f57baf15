"""Last steps: search serves the new version from one commit on; then what the old one left is removed."""

from bastide.kit.clock import Clock
from bastide.knowledge.domain.document import Document, DocumentStatus, Run
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.observer import IngestionObserver
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.attend import RunStoppedError
from bastide.knowledge.usecases.events import INDEXED, document_event
from bastide.knowledge.usecases.index import IndexVersion, Written, living, mark
from bastide.knowledge.usecases.notices import Notices


class Publish:
    def __init__(
        self,
        store: KnowledgeStore,
        index_version: IndexVersion,
        notices: Notices,
        observer: IngestionObserver,
        clock: Clock,
    ) -> None:
        self._store = store
        self._index_version = index_version
        self._notices = notices
        self._observer = observer
        self._clock = clock

    async def __call__(self, run: Run) -> bool:
        """Index and switch; index again if an index was begun, or the metadata changed, in between. Whether
        there are older versions to tidy up after. Raises RunStoppedError.
        """
        document = await self._published(run)
        while document is None:
            document = await self._switch(run, await self._index_version(run))
        await self._notices.changed(document)
        return run.version > 1

    async def _published(self, run: Run) -> Document | None:
        """The document, if this was done before the process was killed."""
        async with self._store.reading() as unit:
            document = await unit.documents.find(run.document_id)
            version = await unit.documents.version(run.document_id, run.version)
        done = version and version.run_id == run.run_id and version.status is DocumentStatus.INDEXED
        return document if done else None

    async def _switch(self, run: Run, written: Written) -> Document | None:
        async with self._store.transaction() as unit:
            document = await unit.documents.find(run.document_id)
            if document is None or not document.latest.is_read_by(run):
                raise RunStoppedError
            await unit.generations.lock(document.organisation_id)
            alive = living(await unit.generations.of_organisation(document.organisation_id))
            if written != Written(tuple(one.name for one in alive), mark(document)):
                return None
            now = self._clock.now()
            await unit.runs.published(run, now)
            await unit.announce(document_event(INDEXED, document, now))
        self._observer.ended(DocumentStatus.INDEXED, document.latest)
        return document


class Tidy:
    def __init__(self, store: KnowledgeStore, index: PassageIndex) -> None:
        self._store = store
        self._index = index

    async def __call__(self, run: Run) -> None:
        """Remove the points and chunks of older versions; their text stays, for what cites it."""
        async with self._store.reading() as unit:
            document = await unit.documents.find(run.document_id)
            if document is None:
                return
            names = [one.name for one in await unit.generations.of_organisation(document.organisation_id)]
        if document.current_version > 1:
            for name in names:
                await self._index.delete_document(name, document.id, versions_below=document.current_version)
            async with self._store.transaction() as unit:
                await unit.chunks.prune(document.id, document.current_version)
