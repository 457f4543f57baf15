"""Last steps: search serves the new version from one commit on; then what the old one left is removed."""

from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.document import DocumentStatus, Run
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.attend import RunStoppedError
from bastide.knowledge.usecases.events import INDEXED, document_event
from bastide.knowledge.usecases.index import living, mark
from bastide.knowledge.usecases.notices import Notices


class Publish:
    def __init__(self, store: KnowledgeStore, notices: Notices, clock: Clock) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock

    async def __call__(self, run: Run, written: JsonObject) -> bool:
        """False: an index was begun, or the metadata changed, since the passages were written: write again.

        Args:
            run: the run.
            written: what `IndexVersion` says.

        Raises:
            RunStoppedError.
        """
        async with self._store.transaction() as unit:
            document = await unit.documents.find(run.document_id)
            version = await unit.documents.version(run.document_id, run.version)
            if document is None or version is None:
                raise RunStoppedError
            if version.status is DocumentStatus.INDEXED and version.run_id == run.run_id:
                return True  # done, and killed before it was remembered
            await unit.generations.lock(document.organisation_id)
            alive = living(await unit.generations.of_organisation(document.organisation_id))
            names = [generation.name for generation in alive]
            if written != {"indexes": names, "mark": mark(document)}:
                return False
            now = self._clock.now()
            if not await unit.runs.published(run, now):
                raise RunStoppedError
            await unit.announce(document_event(INDEXED, document, now))
            document = await unit.documents.find(run.document_id) or document
        await self._notices.changed(document)
        return True


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
