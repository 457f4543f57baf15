"""What a chunk says, encrypted in its row under the data key of its version's folder."""

from dataclasses import dataclass
from typing import Any

import msgspec

from bastide.knowledge.domain.chunk import Chunk
from bastide.platform.secrets.data_keys import DataKeyGoneError, DataKeys, derived, locked, unlocked

_EMPTY = {"text": "", "context": "", "heading_path": list[str]()}


@dataclass(frozen=True, slots=True)
class Words:
    """The part of a chunk that is encrypted."""

    text: str
    context: str
    heading_path: tuple[str, ...]


class ChunkCipher:
    """For one transaction: the key of each folder is derived once."""

    def __init__(self, data_keys: DataKeys) -> None:
        self._data_keys = data_keys
        self._derived: dict[str, bytes | None] = {}

    async def values(self, folder: str, document_id: str, version: int, chunk: Chunk) -> dict[str, object]:
        """For the columns of a row. In the clear where the folder is from before encryption."""
        words = {"text": chunk.text, "context": chunk.context, "heading_path": list(chunk.heading_path)}
        key = await self._key(folder)
        if key is None:
            return {**words, "sealed": None}
        plain = msgspec.msgpack.encode([*words.values()])
        return {**_EMPTY, "sealed": locked(key, plain, _context(document_id, version, chunk.ordinal))}

    async def words(self, folder: str, row: Any) -> Words:
        """Of a row of chunks.

        Raises:
            DataKeyGoneError: it was erased. SealBrokenError: it was changed.
        """
        if row.sealed is None:
            return Words(row.text, row.context, tuple(row.heading_path))
        key = await self._key(folder)
        if key is None:
            raise DataKeyGoneError("This was erased.", document_id=row.document_id)
        plain = unlocked(key, bytes(row.sealed), _context(row.document_id, row.version, row.ordinal))
        text, context, heading_path = msgspec.msgpack.decode(plain, type=tuple[str, str, tuple[str, ...]])
        return Words(text, context, heading_path)

    async def _key(self, folder: str) -> bytes | None:
        if folder not in self._derived:
            key = await self._data_keys.find(folder)
            self._derived[folder] = None if key is None else derived(key, "bastide chunks")
        return self._derived[folder]


def _context(document_id: str, version: int, ordinal: int) -> str:
    return f"chunk:{document_id}:{version}:{ordinal}"
