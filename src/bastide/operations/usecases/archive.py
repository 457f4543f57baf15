"""Held files become a ZIP archive with a manifest, piece by piece: nowhere is it whole in the clear."""

import hashlib
import io
import json
import zipfile
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

from bastide.kit.json import Json, JsonObject
from bastide.operations.domain.personal import HeldFile


class _Outlet(io.RawIOBase):
    """Where the ZIP writer writes; emptied after each piece."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # a buffer of any kind
        self._waiting += data
        return len(data)

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


async def archived(files: AsyncIterator[HeldFile], about: JsonObject) -> AsyncGenerator[bytes]:
    """The last file is `manifest.json`: `about`, and size and SHA-256 of every other file."""
    outlet, manifest = _Outlet(), list[Json]()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        async for file in files:
            digest, size = hashlib.sha256(), 0
            with archive.open(file.path, "w", force_zip64=True) as entry:
                async for chunk in file.content:
                    digest.update(chunk)
                    size += len(chunk)
                    entry.write(chunk)
                    yield outlet.taken()
            manifest.append({"path": file.path, "bytes": size, "sha256": digest.hexdigest()})
        archive.writestr("manifest.json", json.dumps({**about, "files": manifest}, indent=2))
        yield outlet.taken()
    yield outlet.taken()
