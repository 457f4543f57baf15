"""Encrypted objects: nothing in the clear, nothing changed goes unseen, and what was there before is read."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bastide.platform.objects.directory import DirectoryObjects, open_directory
from bastide.platform.objects.encrypted import EncryptedObjects
from bastide.platform.objects.stream_cipher import (
    HEADER_BYTES,
    SEGMENT_BYTES,
    STORED_SEGMENT_BYTES,
    StreamCipher,
    content_bytes,
    new_header,
)
from bastide.platform.secrets.data_keys import DataKeyGoneError
from bastide.platform.secrets.port import SealBrokenError
from tests.fakes.secrets import MemoryDataKeys

KEY = bytes(range(32))


async def stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def collect(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


def sealed(content: bytes) -> bytes:
    header = new_header()
    return header + StreamCipher(KEY, header).seal_all(0, content, last=True)


def opened(stored: bytes) -> bytes:
    content_bytes(len(stored))
    return StreamCipher(KEY, stored[:HEADER_BYTES]).open_all(0, stored[HEADER_BYTES:], last=True)


@settings(max_examples=40)
@given(size=st.integers(0, 3 * SEGMENT_BYTES) | st.sampled_from([0, SEGMENT_BYTES, 2 * SEGMENT_BYTES]))
def test_sizes_are_told_without_the_key(size: int) -> None:
    stored = sealed(bytes(size))
    assert content_bytes(len(stored)) == size
    assert opened(stored) == bytes(size)


@settings(max_examples=150)
@given(at=st.integers(0, 10**9), bit=st.integers(0, 7), size=st.sampled_from([0, 5, SEGMENT_BYTES + 9]))
def test_every_changed_bit_is_found(at: int, bit: int, size: int) -> None:
    stored = bytearray(sealed(b"a" * size))
    stored[at % len(stored)] ^= 1 << bit
    with pytest.raises(SealBrokenError):
        opened(bytes(stored))


@settings(max_examples=60)
@given(cut=st.integers(1, 3 * SEGMENT_BYTES) | st.sampled_from([STORED_SEGMENT_BYTES, 16, 16 + 9]))
def test_an_end_that_is_cut_off_is_found(cut: int) -> None:
    stored = sealed(os.urandom(3 * SEGMENT_BYTES))
    with pytest.raises(SealBrokenError):
        opened(stored[: len(stored) - cut])


def test_segments_of_other_places_and_objects_do_not_open() -> None:
    stored, other = (sealed(byte * (3 * SEGMENT_BYTES)) for byte in (b"a", b"b"))

    def segment(of: bytes, number: int) -> bytes:
        start = HEADER_BYTES + number * STORED_SEGMENT_BYTES
        return of[start : start + STORED_SEGMENT_BYTES]

    for parts in ([1, 0, 2], [0, 0, 2], [0, 2], [0, 1]):
        with pytest.raises(SealBrokenError):
            opened(stored[:HEADER_BYTES] + b"".join(segment(stored, one) for one in parts))
    with pytest.raises(SealBrokenError):
        opened(stored[:HEADER_BYTES] + segment(other, 0) + segment(stored, 1) + segment(stored, 2))


@pytest.fixture
def directory(tmp_path: Path) -> DirectoryObjects:
    return open_directory(tmp_path / "objects")


async def test_nothing_lies_there_in_the_clear_and_equal_contents_look_different(
    directory: DirectoryObjects, tmp_path: Path
) -> None:
    store = EncryptedObjects(directory, MemoryDataKeys())
    content = b"a very secret sentence. " * 9_000
    first, again = [await store.put("org_a/ver_1", stream(content)) for _ in range(2)]
    assert first.key != again.key
    assert first.sha256 == again.sha256
    for path in (tmp_path / "objects").rglob("*"):
        assert path.is_dir() or b"secret" not in path.read_bytes()


async def test_what_lay_there_before_stays_readable(directory: DirectoryObjects) -> None:
    plain = await directory.put("org_a/ver_0", stream(b"from before"))
    store = EncryptedObjects(directory, MemoryDataKeys())
    assert await store.read(plain.key) == b"from before"
    assert await store.size(plain.key) == 11
    assert await collect(store.open(plain.key, start=5)) == b"before"


async def test_plain_bytes_in_place_of_encrypted_ones_are_refused(directory: DirectoryObjects) -> None:
    store = EncryptedObjects(directory, MemoryDataKeys())
    await store.put("org_a/ver_1", stream(b"genuine"))
    planted = await directory.put("org_a/ver_1", stream(b"planted"))
    with pytest.raises(SealBrokenError):
        await store.read(planted.key)


async def test_what_comes_back_from_a_backup_after_erasure_is_noise(directory: DirectoryObjects) -> None:
    keys = MemoryDataKeys()
    store = EncryptedObjects(directory, keys)
    stored = await store.put("org_a/ver_1", stream(b"forget me"))
    backup = await directory.read(stored.key)
    await store.erase("org_a/ver_1")
    restored = await directory.put("org_a/ver_1", stream(backup))
    with pytest.raises(DataKeyGoneError):
        await store.read(restored.key)
    assert keys.keys == {}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(start=st.integers(0, 2_100_000), length=st.integers(0, 1_200_000))
async def test_a_range_reads_no_more_than_its_segments(
    directory: DirectoryObjects, start: int, length: int
) -> None:
    content = os.urandom(2_000_000)
    store = EncryptedObjects(directory, MemoryDataKeys())
    stored = await store.put("org_a/ver_1", stream(content))
    assert (
        await collect(store.open(stored.key, start=start, end=start + length))
        == content[start : start + length]
    )
