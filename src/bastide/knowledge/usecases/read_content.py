"""Read the bytes that were uploaded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.knowledge.domain.document import Document, Version
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.platform.objects.port import ObjectStore


@dataclass(frozen=True, slots=True)
class ReadContent:
    documents: ReadDocuments
    objects: ObjectStore

    async def __call__(
        self, principal: Principal, document_id: str, number: int | None
    ) -> tuple[Document, Version]:
        """Raises DocumentNotFoundError, VersionNotFoundError, DeniedError."""
        return await self.documents.version(principal, document_id, number)

    def bytes(self, version: Version, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes `start` to `end` (exclusive)."""
        return self.objects.open(version.object_key, start=start, end=end)
