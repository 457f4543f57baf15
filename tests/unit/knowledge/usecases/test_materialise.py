"""A copy on the disk lives as long as somebody uses it, and no longer."""

import asyncio
import gc
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bastide.knowledge.usecases.materialise import Materialise

VERSION: Any = SimpleNamespace(object_key="org/ver_1/sha256/ab")


class Objects:
    async def open(self, key: str) -> AsyncGenerator[bytes]:
        assert key == VERSION.object_key
        for part in (b"Some ", b"text."):
            await asyncio.sleep(0)
            yield part


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


@pytest.fixture
def materialise(tmp_path: Path) -> Materialise:
    objects: Any = Objects()
    return Materialise(objects, tmp_path)


async def test_the_copy_is_removed_on_exit(materialise: Materialise, tmp_path: Path) -> None:
    async with materialise(VERSION, "a.txt") as path:
        assert (path.suffix, path.read_bytes()) == (".txt", b"Some text.")
    assert not files_in(tmp_path)


@pytest.mark.usefixtures("swept")
async def test_whoever_is_cancelled_at_any_moment_leaves_neither_a_file_nor_a_handle(
    materialise: Materialise, tmp_path: Path
) -> None:
    async def use() -> None:
        async with materialise(VERSION, "a.txt"):
            await asyncio.sleep(3600)

    for moments in range(40):
        task = asyncio.create_task(use())
        for _ in range(moments):
            await asyncio.sleep(0.0002 if moments % 2 else 0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert not files_in(tmp_path)
    gc.collect()  # an open file that nobody holds is a warning, and that an error
