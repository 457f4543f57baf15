"""Take the bytes of an upload in, before anything is known about the document that they will be."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from bastide.identity.contract import Action, Principal
from bastide.kit.ids import new_id
from bastide.knowledge.domain.errors import DocumentEmptyError, DocumentTooLargeError
from bastide.knowledge.domain.media_type import HEAD_BYTES
from bastide.knowledge.usecases.access import Access
from bastide.platform.objects.port import ObjectStore, ObjectTooLargeError

FOLDER_PREFIX = "ver"
"""Objects of a version are in a folder of their own: `<organisation>/ver_…`."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes in the object store, in a folder of their own; `head`: the first of them."""

    folder: str
    key: str
    sha256: str
    size: int
    head: bytes


class Receive:
    def __init__(self, objects: ObjectStore, access: Access, max_bytes: int) -> None:
        self._objects = objects
        self._access = access
        self._max_bytes = max_bytes

    async def __call__(self, principal: Principal, chunks: AsyncIterator[bytes]) -> Received:
        """Store the stream without holding it in memory.

        Raises:
            DeniedError: the caller may write nowhere. Where it may is asked when the collection is known.
            DocumentTooLargeError: more bytes than allowed; nothing is kept.
            DocumentEmptyError: not one byte.
        """
        self._access.require(principal, Action.COLLECTION_CREATE)
        head = bytearray()

        async def watched() -> AsyncIterator[bytes]:
            async for chunk in chunks:
                if len(head) < HEAD_BYTES:
                    head.extend(chunk[:HEAD_BYTES])
                yield chunk

        folder = f"{principal.organisation_id}/{new_id(FOLDER_PREFIX)}"
        try:
            stored = await self._objects.put(folder, watched(), max_bytes=self._max_bytes)
        except ObjectTooLargeError as error:
            limit_mb = self._max_bytes >> 20
            raise DocumentTooLargeError(
                f"The file is larger than the {limit_mb} MB that are allowed.", max_bytes=self._max_bytes
            ) from error
        received = Received(folder, stored.key, stored.sha256, stored.size, bytes(head[:HEAD_BYTES]))
        if received.size == 0:
            await self.discard(received)
            raise DocumentEmptyError("The file has no bytes.")
        return received

    async def discard(self, received: Received) -> None:
        """It became no document."""
        await self._objects.erase(received.folder)
