"""The stored text of versions: written once, read for chunks, pages and quotes."""

import asyncio
from collections.abc import AsyncIterator

from bastide.knowledge.domain.artefact import StoredText, decoded, encoded
from bastide.knowledge.domain.document import Version
from bastide.knowledge.domain.errors import TextNotReadyError
from bastide.knowledge.domain.extraction import ExtractedText
from bastide.platform.objects.port import ObjectStore

_IN_A_THREAD = 1 << 20  # bytes from which decoding is felt by other requests
_CHUNK_BYTES = 1 << 20


class Texts:
    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    async def put(self, version: Version, extracted: ExtractedText, language: str) -> str:
        """The object's key."""
        data = await asyncio.to_thread(encoded, extracted, language)

        async def chunks() -> AsyncIterator[bytes]:
            for start in range(0, len(data), _CHUNK_BYTES):
                yield data[start : start + _CHUNK_BYTES]

        return (await self._objects.put(version.folder, chunks())).key

    async def read(self, version: Version) -> StoredText:
        """Raises TextNotReadyError."""
        if version.text_key is None:
            raise TextNotReadyError(
                "This version has not been read yet.", document_id=version.document_id, version=version.number
            )
        data = await self._objects.read(version.text_key)
        if len(data) < _IN_A_THREAD:
            return decoded(data)
        return await asyncio.to_thread(decoded, data)

    async def remove(self, key: str) -> None:
        await self._objects.delete(key)
