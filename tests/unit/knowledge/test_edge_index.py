"""What the embedded index adds to the port: files."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from bastide.knowledge.adapters.qdrant_edge import EdgeIndex, generations
from bastide.knowledge.adapters.qdrant_edge import index as index_module
from bastide.knowledge.adapters.qdrant_edge.generations import IndexRebuildError
from bastide.knowledge.adapters.qdrant_edge.index import IndexMissingError
from bastide.knowledge.ports.index import AccessFilter, IndexedPassage, IndexQuery

NAME = "main"
ACCESS = AccessFilter(frozenset({"c"}), frozenset())


def passage(number: int, mark: str = "plain") -> IndexedPassage:
    vector = np.random.default_rng(number).normal(size=16).astype(np.float32)
    return IndexedPassage(
        point_id=str(UUID(int=number)),
        document_id=f"document-{number}-{mark}",
        version=1,
        ordinal=0,
        collection_id="c",
        language="en",
        text=f"secretword{number} filler",
        vector=vector / np.linalg.norm(vector),
        metadata={"mark": f"{mark}-{number}", "year": number},
    )


def files_with(root: Path, needle: str) -> list[str]:
    return [path.name for path in root.rglob("*") if path.is_file() and needle.encode() in path.read_bytes()]


async def found(index: EdgeIndex, number: int) -> bool:
    candidates = await index.query(NAME, IndexQuery(f"secretword{number}", "en", None, ACCESS))
    return [candidate.point_id for candidate in candidates] == [str(UUID(int=number))]


async def test_no_text_is_kept(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(1)])
    await index.close()
    assert files_with(tmp_path, "document-1-plain")
    assert files_with(tmp_path, "secretword") == []


@pytest.mark.parametrize("optimized_before", [False, True])
async def test_compacting_leaves_no_byte_of_what_was_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, optimized_before: bool
) -> None:
    monkeypatch.setattr(index_module, "_UNINDEXED_POINTS", 1)
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(n, "gone" if n % 2 else "stays") for n in range(40)])
    if optimized_before:
        await index.optimize(NAME)
    for number in range(1, 40, 2):
        await index.delete_document(NAME, f"document-{number}-gone")
    await index.compact(NAME)
    assert files_with(tmp_path, "gone") == []
    assert await index.count(NAME) == 20
    assert await found(index, 38)
    await index.close()
    assert files_with(tmp_path, "gone") == []
    again = EdgeIndex(tmp_path)
    assert await again.count(NAME) == 20
    assert await found(again, 38)
    await again.close()


async def test_what_happens_during_a_rebuild_is_kept(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(n) for n in range(30)])
    rebuild = asyncio.create_task(index.compact(NAME))
    await asyncio.sleep(0.1)
    await index.upsert(NAME, [passage(100)])
    await index.delete_document(NAME, "document-5-plain")
    assert await found(index, 100)
    assert not rebuild.done()
    await rebuild
    assert await found(index, 100)
    assert not await found(index, 5)
    assert await index.count(NAME) == 30
    await index.close()


async def test_a_rebuild_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(1)])
    monkeypatch.setattr(generations, "_REBUILD", "bastide.no_such_module")
    with pytest.raises(IndexRebuildError):
        await index.compact(NAME)
    await index.upsert(NAME, [passage(2)])
    assert await found(index, 1)
    assert len(list((tmp_path / NAME).iterdir())) == 2
    await index.close()


async def test_closing_gives_a_rebuild_up(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(1)])
    rebuild = asyncio.create_task(index.compact(NAME))
    while not list((tmp_path / NAME).glob("rebuild-*")):  # noqa: ASYNC110  # seen on disk only
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    await index.close()
    with pytest.raises(IndexRebuildError):
        await rebuild
    again = EdgeIndex(tmp_path)
    assert await found(again, 1)
    await again.close()


async def test_small_indexes_are_not_worth_a_rebuild(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(1)])
    before = (tmp_path / NAME / "current").read_text()
    await index.optimize(NAME)
    assert (tmp_path / NAME / "current").read_text() == before
    await index.close()


async def test_another_format_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = EdgeIndex(tmp_path)
    await index.create(NAME, 16)
    await index.upsert(NAME, [passage(1)])
    await index.close()
    monkeypatch.setattr(generations, "FORMAT", "next")
    newer = EdgeIndex(tmp_path)
    assert await newer.names() == []
    with pytest.raises(IndexMissingError):
        await newer.count(NAME)
    await newer.create(NAME, 16)
    assert await newer.count(NAME) == 0
    await newer.close()


WRITER = """
import asyncio, os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from test_edge_index import NAME, EdgeIndex, passage

async def main():
    index = EdgeIndex(Path({root!r}))
    await index.create(NAME, 16)
    for number in range(50):
        await index.upsert(NAME, [passage(number)])
    await index.delete_document(NAME, "document-7-plain")
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


def killed_writer(root: Path) -> int:
    code = WRITER.format(tests=str(Path(__file__).parent), root=str(root))
    return subprocess.run([sys.executable, "-c", code], check=False).returncode


async def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    assert killed_writer(tmp_path) == -signal.SIGKILL
    index = EdgeIndex(tmp_path)
    assert await index.count(NAME) == 49
    assert await found(index, 49)
    assert not await found(index, 7)
    await index.close()
