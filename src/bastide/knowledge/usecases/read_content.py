"""Read the bytes that were uploaded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.knowledge.domain.document import Document, Version
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.knowledge.usecases.witness import Witness
from bastide.platform.objects.port import ObjectStore


@dataclass(frozen=True, slots=True)
class ReadContent:
    documents: ReadDocuments
    objects: ObjectStore
    witness: Witness

    async def __call__(
        self, principal: Principal, document_id: str, number: int | None
    ) -> tuple[Document, Version]:
        """Raises DocumentNotFoundError, VersionNotFoundError, DeniedError."""
        document, version = await self.documents.version(principal, document_id, number)
        await self.witness(principal, document, version.number, "content")
        return document, version

    def bytes(self, version: Version, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes `start` to `end` (exclusive)."""
        return self.objects.open(version.object_key, start=start, end=end)
