"""Objects encrypted on their way into another store. What lay there before, in the clear, stays readable."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator

from bastide.platform.objects.port import ObjectStore, ObjectTooLargeError, StoredObject
from bastide.platform.objects.stream_cipher import (
    HEADER_BYTES,
    MAGIC,
    SEGMENT_BYTES,
    STORED_SEGMENT_BYTES,
    StreamCipher,
    content_bytes,
    new_header,
    segments_in,
)
from bastide.platform.secrets.data_keys import DataKeyGoneError, DataKeys

_SEGMENTS_AT_A_TIME = 15  # with their tags less than the MiB that a store hands out at once
_BLOCK_BYTES = _SEGMENTS_AT_A_TIME * SEGMENT_BYTES
_STORED_BLOCK_BYTES = _SEGMENTS_AT_A_TIME * STORED_SEGMENT_BYTES


class EncryptedObjects:
    """Every prefix has a data key of its own, made with its first object. A prefix without one is from before
    encryption: its objects are read as they are, as long as they are not encrypted ones whose key is gone.

    Keys name the encrypted bytes, `sha256` and `size` are those of the content; so the same content twice is
    two objects, and a stored name tells nobody what is in it.
    """

    def __init__(self, inner: ObjectStore, data_keys: DataKeys) -> None:
        self._inner = inner
        self._data_keys = data_keys

    async def put(
        self, prefix: str, chunks: AsyncIterator[bytes], *, max_bytes: int | None = None
    ) -> StoredObject:
        sealing = _Sealing(self._data_keys, prefix, max_bytes)
        stored = await self._inner.put(prefix, sealing.sealed(chunks))
        return StoredObject(stored.key, sealing.sha256(), sealing.size)

    async def open(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        cipher = await self._cipher(key)
        if cipher is None:
            async for chunk in self._inner.open(key, start=start, end=end):
                yield chunk
            return
        stored_bytes = await self._inner.size(key)
        segments, size = segments_in(stored_bytes), content_bytes(stored_bytes)
        end = size if end is None else min(end, size)
        if start >= end:
            return
        number = start // SEGMENT_BYTES
        first_byte = HEADER_BYTES + number * STORED_SEGMENT_BYTES
        last_byte = HEADER_BYTES + -(-end // SEGMENT_BYTES) * STORED_SEGMENT_BYTES
        at = number * SEGMENT_BYTES
        stored = self._inner.open(key, start=first_byte, end=min(last_byte, stored_bytes))
        async for block in _blocks(stored, _STORED_BLOCK_BYTES):
            count = -(-len(block) // STORED_SEGMENT_BYTES)
            last = number + count == segments
            opened = await asyncio.to_thread(cipher.open_all, number, block, last=last)
            if piece := opened[max(0, start - at) : end - at]:
                yield piece
            number, at = number + count, at + len(opened)

    async def read(self, key: str) -> bytes:
        cipher, stored = await self._cipher(key), await self._inner.read(key)
        if cipher is None:
            return stored
        segments_in(len(stored))
        return await asyncio.to_thread(cipher.open_all, 0, stored[HEADER_BYTES:], last=True)

    async def size(self, key: str) -> int:
        cipher, stored_bytes = await self._cipher(key), await self._inner.size(key)
        return stored_bytes if cipher is None else content_bytes(stored_bytes)

    async def delete(self, key: str) -> None:
        await self._inner.delete(key)

    async def erase(self, prefix: str) -> None:
        """First the key: what else is left of the objects anywhere is noise from then on."""
        await self._data_keys.destroy(prefix)
        await self._inner.erase(prefix)

    def keys(self, prefix: str) -> AsyncIterator[str]:
        return self._inner.keys(prefix)

    async def _cipher(self, key: str) -> StreamCipher | None:
        """None: the object lies there in the clear."""
        header = b"".join([part async for part in self._inner.open(key, end=HEADER_BYTES)])
        data_key = await self._data_keys.find(key.rpartition("/sha256/")[0])
        if data_key is not None:
            return StreamCipher(data_key, header)
        if header.startswith(MAGIC):
            raise DataKeyGoneError("This was erased.", key=key)
        return None


class _Sealing:
    """One object on its way in."""

    def __init__(self, data_keys: DataKeys, prefix: str, max_bytes: int | None) -> None:
        self._data_keys = data_keys
        self._prefix = prefix
        self._max_bytes = max_bytes
        self._digest = hashlib.sha256()
        self.size = 0

    def sha256(self) -> str:
        """Of the content, once it is through."""
        return self._digest.hexdigest()

    async def sealed(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        """The key is made when the store has accepted the prefix and asks for the first bytes."""
        header = new_header()
        cipher = StreamCipher(await self._data_keys.make(self._prefix), header)
        yield header
        number, waiting = 0, b""
        async for block in _blocks(self._measured(chunks), _BLOCK_BYTES):
            if waiting:  # it was not the last one
                yield await asyncio.to_thread(self._sealed, cipher, number, waiting, last=False)
                number += _SEGMENTS_AT_A_TIME
            waiting = block
        yield await asyncio.to_thread(self._sealed, cipher, number, waiting, last=True)

    async def _measured(self, chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
        async for chunk in chunks:
            self.size += len(chunk)
            if self._max_bytes is not None and self.size > self._max_bytes:
                message = f"More than {self._max_bytes} bytes were sent."
                raise ObjectTooLargeError(message, max_bytes=self._max_bytes)
            yield chunk

    def _sealed(self, cipher: StreamCipher, number: int, block: bytes, *, last: bool) -> bytes:
        self._digest.update(block)
        return cipher.seal_all(number, block, last=last)


async def _blocks(chunks: AsyncIterator[bytes], size: int) -> AsyncGenerator[bytes]:
    """The same bytes in blocks of `size`, the last one shorter; no empty one."""
    pending = bytearray()
    async for chunk in chunks:
        pending += chunk
        while len(pending) >= size:
            yield bytes(pending[:size])
            del pending[:size]
    if pending:
        yield bytes(pending)
