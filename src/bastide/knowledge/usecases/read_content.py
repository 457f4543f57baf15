"""Read the bytes that were uploaded."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bastide.identity.contract import Principal
from bastide.knowledge.domain.document import Document, Version
from bastide.knowledge.domain.errors import UNSAFE, ContentHeldError
from bastide.knowledge.usecases.read_documents import ReadDocuments
from bastide.knowledge.usecases.witness import Witness
from bastide.platform.objects.port import ObjectStore


@dataclass(frozen=True, slots=True)
class ReadContent:
    documents: ReadDocuments
    objects: ObjectStore
    witness: Witness
    scans: bool = False

    async def __call__(
        self, principal: Principal, document_id: str, number: int | None
    ) -> tuple[Document, Version]:
        """`scans`: there is a virus scanner, and what has not passed it is given to nobody.

        Raises:
            DocumentNotFoundError, VersionNotFoundError, ContentHeldError, DeniedError.
        """
        document, version = await self.documents.version(principal, document_id, number)
        if _held(version, scans=self.scans):
            raise ContentHeldError("The virus scanner has not let this pass.", document_id=document_id)
        await self.witness(principal, document, version.number, "content")
        return document, version

    def bytes(self, version: Version, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes `start` to `end` (exclusive)."""
        return self.objects.open(version.object_key, start=start, end=end)


def _held(version: Version, *, scans: bool) -> bool:
    """What was read has passed before, and so has what only the parser has refused."""
    if version.failure is not None:
        return version.failure.code in UNSAFE
    return scans and version.text_key is None
