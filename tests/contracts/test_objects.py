"""What the object store port promises, on every adapter."""

import asyncio
import hashlib
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bastide.platform.objects.directory import ObjectKeyError, ObjectsUnavailableError, open_directory
from bastide.platform.objects.encrypted import EncryptedObjects
from bastide.platform.objects.port import ObjectNotFoundError, ObjectStore, ObjectTooLargeError
from tests.fakes.secrets import MemoryDataKeys

ABSENT = f"org_a/sha256/{'0' * 64}"


@pytest.fixture(params=["directory", "encrypted"])
def store(home: Path, request: pytest.FixtureRequest) -> ObjectStore:
    directory = open_directory(home / "objects")
    return EncryptedObjects(directory, MemoryDataKeys()) if request.param == "encrypted" else directory


@pytest.fixture
def plain_store(home: Path) -> ObjectStore:
    return open_directory(home / "objects")


async def stream(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def collect(chunks: AsyncIterator[bytes]) -> list[bytes]:
    return [chunk async for chunk in chunks]


def files(home: Path) -> list[Path]:
    return [path for path in (home / "objects").rglob("*") if path.is_file()]


async def test_bytes_come_back_under_the_name_of_their_content(store: ObjectStore, home: Path) -> None:
    stored = await store.put("org_a", stream(b"abc", b"", b"def"))
    (file,) = files(home)
    named = hashlib.sha256(file.read_bytes()).hexdigest()
    digest = hashlib.sha256(b"abcdef").hexdigest()
    assert (stored.key, stored.sha256, stored.size) == (f"org_a/sha256/{named}", digest, 6)
    assert await store.read(stored.key) == b"abcdef"
    assert await store.size(stored.key) == 6


async def test_nothing_is_an_object_too(store: ObjectStore) -> None:
    stored = await store.put("org_a", stream())
    assert stored.size == 0
    assert await store.read(stored.key) == b""
    assert await collect(store.open(stored.key)) == []


async def test_a_large_object_is_read_in_pieces_and_ranges(store: ObjectStore) -> None:
    content = os.urandom(3_000_000)
    stored = await store.put(
        "org_a", stream(*(content[n : n + 70_001] for n in range(0, len(content), 70_001)))
    )
    pieces = await collect(store.open(stored.key))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= 1 << 20
    for start, end in [
        (0, 1),
        (5, 2_000_000),
        (2_999_999, None),
        (10, 10),
        (2_999_990, 9_000_000),
        (9_000_000, None),
    ]:
        assert b"".join(await collect(store.open(stored.key, start=start, end=end))) == content[start:end]


async def test_the_same_bytes_are_one_object_per_prefix(plain_store: ObjectStore, home: Path) -> None:
    store = plain_store
    first, again, other = [await store.put(prefix, stream(b"same")) for prefix in ("org_a", "org_a", "org_b")]
    assert first == again
    assert other.key != first.key
    assert len(files(home)) == 2
    await store.delete(first.key)
    assert await store.read(other.key) == b"same"


async def test_many_writers_of_the_same_bytes(plain_store: ObjectStore, home: Path) -> None:
    store = plain_store
    stored = await asyncio.gather(*(store.put("org_a", stream(b"same" * 99)) for _ in range(20)))
    assert len(set(stored)) == 1
    assert len(files(home)) == 1


async def test_too_many_bytes_leave_nothing(store: ObjectStore, home: Path) -> None:
    assert (await store.put("org_a", stream(b"x" * 10), max_bytes=10)).size == 10
    with pytest.raises(ObjectTooLargeError) as refusal:
        await store.put("org_b", stream(*[b"x" * 1_000_000] * 5), max_bytes=2_500_000)
    assert refusal.value.details == {"max_bytes": 2_500_000}
    assert len(files(home)) == 1


async def test_an_aborted_write_leaves_nothing(store: ObjectStore, home: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 2_000_000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await store.put("org_a", broken())
    assert files(home) == []


async def test_a_cancelled_write_leaves_nothing(store: ObjectStore, home: Path) -> None:
    started = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000
            started.set()

    writing = asyncio.create_task(store.put("org_a", endless()))
    await started.wait()
    writing.cancel()
    await asyncio.wait([writing])
    assert files(home) == []


async def test_a_reader_that_stops_early(store: ObjectStore) -> None:
    stored = await store.put("org_a", stream(b"x" * 3_000_000))
    reading = store.open(stored.key)
    assert 0 < len(await anext(reading)) <= 1 << 20
    await reading.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    await store.delete(stored.key)


async def test_what_is_absent(store: ObjectStore) -> None:
    for attempt in (store.read(ABSENT), store.size(ABSENT), collect(store.open(ABSENT))):
        with pytest.raises(ObjectNotFoundError):
            await attempt
    await store.delete(ABSENT)


async def test_a_deleted_object_is_gone(store: ObjectStore) -> None:
    stored = await store.put("org_a", stream(b"abc"))
    await store.delete(stored.key)
    await store.delete(stored.key)
    with pytest.raises(ObjectNotFoundError):
        await store.read(stored.key)


async def test_an_erased_prefix_is_empty(store: ObjectStore, home: Path) -> None:
    mine = await store.put("org_a/ver_1", stream(b"abc"))
    other = await store.put("org_a/ver_2", stream(b"def"))
    for _ in range(2):
        await store.erase("org_a/ver_1")
    with pytest.raises(ObjectNotFoundError):
        await store.read(mine.key)
    assert [key async for key in store.keys("org_a")] == [other.key]
    assert await store.read(other.key) == b"def"
    with pytest.raises(ObjectKeyError):
        await store.erase("../x")


async def test_keys_below_a_prefix(store: ObjectStore) -> None:
    mine = {(await store.put("org_a", stream(bytes([n])))).key for n in range(20)}
    inner = (await store.put("org_a/text", stream(b"inner"))).key
    await store.put("org_ab", stream(b"another's"))
    assert {key async for key in store.keys("org_a")} == {*mine, inner}
    assert {key async for key in store.keys("org_a/text")} == {inner}
    assert {key async for key in store.keys("org_none")} == set()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "org_a",
        f"../sha256/{'0' * 64}",
        f"org_a/../../x/sha256/{'0' * 64}",
        f"/etc/sha256/{'0' * 64}",
        f"org_a/sha256/{'0' * 63}/",
        f"org_a/sha256/{'0' * 64}\n",
        f"org_a/sha256/../{'0' * 64}",
        f"org_a\0/sha256/{'0' * 64}",
        "org_a/sha256/" + "A" * 64,
    ],
)
async def test_a_key_cannot_leave_the_store(store: ObjectStore, key: str) -> None:
    for attempt in (store.read(key), store.size(key), store.delete(key), collect(store.open(key))):
        with pytest.raises(ObjectKeyError):
            await attempt


@pytest.mark.parametrize("prefix", ["", "..", "a/../b", "/a", "a/", "a b", ".incoming", "a\0"])
async def test_a_prefix_cannot_leave_the_store(store: ObjectStore, prefix: str) -> None:
    with pytest.raises(ObjectKeyError):
        await store.put(prefix, stream(b"x"))
    with pytest.raises(ObjectKeyError):
        await anext(aiter(store.keys(prefix)))


async def test_opening_removes_what_dead_processes_left(home: Path) -> None:
    incoming = home / "objects" / ".incoming"
    incoming.mkdir(parents=True)
    old, young = incoming / "old", incoming / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    open_directory(home / "objects")
    assert [path.name for path in incoming.iterdir()] == ["young"]


async def test_a_directory_that_does_not_work_is_unavailable(home: Path) -> None:
    (home / "objects").write_text("a file where the folder should be")
    with pytest.raises(ObjectsUnavailableError):
        open_directory(home / "objects")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    chunks=st.lists(st.binary(max_size=50) | st.integers(0, 2_500_000).map(bytes), max_size=6),
    start=st.integers(0, 3_000_000),
    length=st.none() | st.integers(0, 2_000_000),
)
async def test_however_the_bytes_come_and_are_asked_for(
    store: ObjectStore, chunks: list[bytes], start: int, length: int | None
) -> None:
    whole = b"".join(chunks)
    stored = await store.put("org_a", stream(*chunks))
    assert (stored.sha256, stored.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    end = None if length is None else start + length
    assert b"".join(await collect(store.open(stored.key, start=start, end=end))) == whole[start:end]
