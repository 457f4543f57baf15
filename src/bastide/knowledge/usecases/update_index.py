"""Bring metadata and readers of a document's points to what its row says."""

from bastide.identity.contract import reader_tokens
from bastide.knowledge.domain.metadata import indexed_metadata
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.index import living


class UpdateIndex:
    def __init__(self, store: KnowledgeStore, index: PassageIndex) -> None:
        self._store = store
        self._index = index

    async def __call__(self, document_id: str) -> None:
        async with self._store.reading() as unit:
            document = await unit.documents.find(document_id)
            if document is None or not document.current_version:
                return
            version = await unit.documents.version(document.id, document.current_version)
            generations = living(await unit.generations.of_organisation(document.organisation_id))
        if version is None:
            return
        for generation in generations:
            await self._index.update_document(
                generation.name,
                document.id,
                metadata=indexed_metadata(document, version),
                readers=reader_tokens(document.resource),
                labels=document.labels,
            )
