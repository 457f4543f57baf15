"""What a person has put in, for exports and erasures; and the erasure of one document, waited for."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from bastide.identity.contract import Principal, system_principal
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.errors import DocumentNotFoundError
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.collections import Collections
from bastide.knowledge.usecases.compact import ErasurePendingError
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.knowledge.usecases.resume_erasures import ResumeErasures
from bastide.operations.contract import DataSubject, Documents, Erased, HeldFile
from bastide.platform.objects.port import ObjectStore

_POLL_S = 0.2
_KEPT = (
    "Documents in shared collections belong to the organisation; whoever put them in is an id without a name."
)


@dataclass(frozen=True, slots=True)
class PersonalDocuments:
    """Implements `DataHolder` and `DocumentEraser` of operations."""

    store: KnowledgeStore
    objects: ObjectStore
    collections: Collections
    remove: DeleteDocument
    resume: ResumeErasures
    patience_s: float = 60.0
    name: str = "documents"

    async def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        for document in await self._owned(subject):
            listed = json.dumps(_described(document), ensure_ascii=False, indent=2, default=str).encode()
            yield HeldFile(f"{document.id}/document.json", _once(listed))
            name = PurePosixPath(document.filename).name
            yield HeldFile(f"{document.id}/{name}", self.objects.open(document.latest.object_key))

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:
        """Gone from every answer; `settled` tells when the bytes are."""
        principal = system_principal(subject.organisation_id)
        kept = {"documents": _KEPT}
        if documents is Documents.NONE:
            return Erased(kept=kept)
        owned = await self._owned(subject)
        async with self.store.reading() as unit:
            every = await unit.collections.of_organisation(principal)
        private = {one.id for one in every if one.owner_id == subject.user_id and not one.grants}
        count = 0
        for collection_id in private:
            count += sum(one.collection.id == collection_id for one in owned)
            await self.collections.delete(principal, collection_id)
        for document in owned:
            if documents is Documents.ALL and document.collection.id not in private:
                count += await self._deleted(principal, document)
        return Erased(
            {"collections": len(private), "documents": count},
            {} if documents is Documents.ALL else kept,
        )

    async def delete(self, principal: Principal, document_id: str) -> None:
        """Raises DocumentNotFoundError, DeniedError."""
        await self.remove(principal, document_id)

    async def settled(self) -> None:
        """After a while what has failed is begun again.

        Raises:
            ErasurePendingError: not all bytes are gone yet; call again.
        """
        for _ in range(round(self.patience_s / _POLL_S)):
            async with self.store.reading() as unit:
                if not await unit.erasures.pending():
                    return
            await asyncio.sleep(_POLL_S)
        await self.resume()
        raise ErasurePendingError("Documents are still being erased.")

    async def _deleted(self, principal: Principal, document: Document) -> int:
        try:
            await self.remove(principal, document.id)
        except DocumentNotFoundError:  # it was attached to one before it
            return 0
        return 1

    async def _owned(self, subject: DataSubject) -> list[Document]:
        async with self.store.reading() as unit:
            return list(await unit.documents.owned_by(subject.organisation_id, subject.user_id))


def _described(document: Document) -> dict[str, object]:
    return {
        "document_id": document.id,
        "filename": document.filename,
        "collection": document.collection.name,
        "metadata": document.metadata,
        "uploaded_at": document.latest.uploaded_at.isoformat(),
        "sha256": document.latest.sha256,
    }


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
