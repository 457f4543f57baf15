"""An object as a file, for those who need a path."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from io import BufferedWriter
from pathlib import Path
from uuid import uuid4

from bastide.knowledge.domain.document import Version
from bastide.platform.objects.port import ObjectStore
from bastide.platform.uninterrupted import uninterrupted


class Materialise:
    def __init__(self, objects: ObjectStore, folder: Path) -> None:
        self._objects = objects
        self._folder = folder

    @asynccontextmanager
    async def __call__(self, version: Version, filename: str) -> AsyncGenerator[Path]:
        """A copy of the version's bytes; its name ends as the file's does. Removed on exit."""
        path = self._folder / f"{uuid4().hex}{Path(filename).suffix[:20]}"
        try:
            with await uninterrupted(asyncio.to_thread(path.open, "xb"), lost=BufferedWriter.close) as file:
                async for chunk in self._objects.open(version.object_key):
                    await uninterrupted(asyncio.to_thread(file.write, chunk))
            yield path
        finally:
            await uninterrupted(asyncio.to_thread(path.unlink, missing_ok=True))

    def clean(self) -> None:
        """Make the folder; remove what a process that was killed has left in it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for path in self._folder.iterdir():
            path.unlink(missing_ok=True)
