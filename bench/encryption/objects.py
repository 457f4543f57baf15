"""How fast objects are written and read, encrypted and in the clear: `objects.py [MIB]`."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter

from bastide.platform.objects.directory import open_directory
from bastide.platform.objects.encrypted import EncryptedObjects
from bastide.platform.objects.port import ObjectStore
from bastide.platform.objects.stream_cipher import SEGMENT_BYTES, StreamCipher, new_header


class _OneKey:
    """Data keys without a database."""

    async def make(self, name: str) -> bytes:
        return name.encode().ljust(32)[:32]

    find = make

    async def preload(self, names: object) -> None: ...

    async def destroy(self, name: str) -> None: ...


async def _measured(store: ObjectStore, block: bytes, mib: int) -> tuple[float, float]:
    """MB/s written and read."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(mib):
            yield block

    begun = perf_counter()
    stored = await store.put("org_a/ver_1", chunks())
    written = perf_counter()
    async for _ in store.open(stored.key):
        pass
    read = perf_counter()
    megabytes = mib * (1 << 20) / 1e6
    return megabytes / (written - begun), megabytes / (read - written)


def _cipher_alone(mib: int) -> float:
    cipher, segment = StreamCipher(bytes(32), new_header()), os.urandom(SEGMENT_BYTES)
    count = mib * (1 << 20) // SEGMENT_BYTES
    begun = perf_counter()
    for number in range(count):
        cipher.seal(number, segment, last=False)
    return count * SEGMENT_BYTES / 1e6 / (perf_counter() - begun)


async def _main(mib: int) -> None:
    block = os.urandom(1 << 20)
    print(f"{'':12} {'write MB/s':>12} {'read MB/s':>12}")
    for name in ("clear", "encrypted"):
        with tempfile.TemporaryDirectory() as folder:
            directory = open_directory(Path(folder))
            store = directory if name == "clear" else EncryptedObjects(directory, _OneKey())
            written, read = await _measured(store, block, mib)
            print(f"{name:12} {written:12.0f} {read:12.0f}")
    print(f"{'cipher':12} {_cipher_alone(mib):12.0f}")


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 256))
