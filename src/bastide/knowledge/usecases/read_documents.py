"""Read documents and their versions: what the rows say."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.contract import Action, Principal
from bastide.kit.pages import Page
from bastide.knowledge.domain.document import Document, DocumentStatus, Version
from bastide.knowledge.domain.errors import VersionNotFoundError
from bastide.knowledge.ports.store import DocumentFilter, KnowledgeStore, SortField
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.see import See, Seen


@dataclass(frozen=True, slots=True)
class ListRequest:
    """`collection`: name or id; None = all that the caller may read. The rest as in `DocumentFilter`."""

    collection: str | None = None
    label: str | None = None
    status: DocumentStatus | None = None
    name: str = ""
    parent_id: str | None = None
    sort: SortField = "upload_time"
    descending: bool = True
    cursor: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class ReadDocuments:
    store: KnowledgeStore
    access: Access
    see: See

    async def get(self, principal: Principal, document_id: str) -> Seen:
        """Raises DocumentNotFoundError, DeniedError."""
        async with self.store.reading() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_READ, document_id)
            return (await self.see(unit, principal, [document]))[0]

    async def listing(self, principal: Principal, asked: ListRequest) -> Page[Seen]:
        """What the caller may read is listed and counted. Raises CollectionNotFoundError, CursorError."""
        self.access.require(principal, Action.COLLECTION_LIST)
        async with self.store.reading() as unit:
            if asked.collection is None:
                collections = await self.access.readable(unit, principal)
            else:
                collections = [
                    await self.access.collection(unit, principal, Action.COLLECTION_READ, asked.collection)
                ]
            wanted = DocumentFilter(
                organisation_id=principal.organisation_id,
                collection_ids=[collection.id for collection in collections],
                tokens=principal.tokens,
                barred=principal.barred_labels,
                label=asked.label,
                labelled_collections=[one.id for one in collections if asked.label in one.labels],
                status=asked.status,
                name=asked.name,
                parent_id=asked.parent_id,
                sort=asked.sort,
                descending=asked.descending,
            )
            documents, cursor, total = await unit.documents.listing(wanted, asked.cursor, asked.limit)
            return Page(await self.see(unit, principal, documents), cursor, total)

    async def versions(self, principal: Principal, document_id: str) -> tuple[Document, Sequence[Version]]:
        """Newest first. Raises DocumentNotFoundError, DeniedError."""
        async with self.store.reading() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_READ, document_id)
            return document, await unit.documents.versions(document.id)

    async def version(
        self, principal: Principal, document_id: str, number: int | None
    ) -> tuple[Document, Version]:
        """None: the one that search serves, or the latest while none is served.

        Raises:
            DocumentNotFoundError, VersionNotFoundError, DeniedError.
        """
        async with self.store.reading() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_READ, document_id)
            wanted = number or document.current_version or document.latest.number
            version = await unit.documents.version(document.id, wanted)
        if version is None:
            raise VersionNotFoundError(
                "The document has no version of this number.", document_id=document_id, version=wanted
            )
        return document, version

    async def seen(self, principal: Principal, document: Document) -> Seen:
        """One that the caller has just changed."""
        async with self.store.reading() as unit:
            return (await self.see(unit, principal, [document]))[0]
