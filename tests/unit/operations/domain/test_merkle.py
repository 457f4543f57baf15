"""The tree against the RFC's own recursive definitions, written down once more, and a published example."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bastide.operations.domain.merkle import (
    EMPTY_ROOT,
    CompactRange,
    complete_subtrees,
    consistency_ranges,
    consistent,
    folded,
    inclusion_ranges,
    leaf_hash,
    root_from_inclusion,
)

# Leaves of the test vectors of Certificate Transparency implementations, and the root above all eight.
VECTORS = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)),
    bytes(range(0x60, 0x70)),
]
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def mth(data: list[bytes]) -> bytes:
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = largest_power_below(len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    if len(data) == 1:
        return []
    k = largest_power_below(len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], *, whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [mth(data)]
    k = largest_power_below(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole=whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], whole=False), mth(data[:k])]


def largest_power_below(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def entries(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


def test_the_published_example() -> None:
    tree = CompactRange.of(leaf_hash(leaf) for leaf in VECTORS)
    assert tree.root().hex() == ROOT_OF_EIGHT
    assert CompactRange().root() == EMPTY_ROOT


@pytest.mark.parametrize("size", range(1, 70))
def test_roots_and_every_inclusion_proof(size: int) -> None:
    data = entries(size)
    leaves = [leaf_hash(one) for one in data]
    root = CompactRange.of(leaves).root()
    assert root == mth(data)
    for index in range(size):
        proof = [mth(data[a:b]) for a, b in inclusion_ranges(index, size)]
        assert proof == path(index, data)
        assert root_from_inclusion(leaves[index], index, size, proof) == root


@pytest.mark.parametrize("second", range(1, 40))
def test_every_consistency_proof(second: int) -> None:
    data = entries(second)
    for first in range(1, second + 1):
        proof = [mth(data[a:b]) for a, b in consistency_ranges(first, second)]
        assert proof == subproof(first, data, whole=True)
        assert consistent(first, mth(data[:first]), second, mth(data), proof)
        forged = [*data[: first - 1], b"forged"]
        assert not consistent(first, mth(forged), second, mth(data), proof)


@given(st.integers(1, 300), st.data())
def test_no_changed_proof_passes(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    every = entries(size)
    root, leaf = mth(every), leaf_hash(every[index])
    proof = [mth(every[a:b]) for a, b in inclusion_ranges(index, size)]
    other = data.draw(
        st.integers(0, size - 1).filter(lambda value: value != index) if size > 1 else st.none()
    )
    if other is not None:
        assert root_from_inclusion(leaf, other, size, proof) != root
        place = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert root_from_inclusion(leaf, index, size, changed) != root
        assert root_from_inclusion(leaf, index, size, proof[:-1]) != root
    assert root_from_inclusion(leaf, index, size, [*proof, root]) != root
    assert root_from_inclusion(leaf_hash(b"other"), index, size, proof) != root


@given(st.integers(0, 600))
def test_completed_subtrees_are_all_there_is_to_a_range(size: int) -> None:
    tree, nodes = CompactRange(), {}
    leaves = [leaf_hash(one) for one in entries(size)]
    for index, leaf in enumerate(leaves):
        nodes[0, index] = leaf
        for level, place, digest in tree.append(leaf):
            nodes[level, place] = digest
    for index in range(0, size, 37):
        for a, b in inclusion_ranges(index, size):
            assert folded([nodes[where] for where in complete_subtrees(a, b)]) == mth(entries(size)[a:b])


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 3)])
def test_there_is_no_proof_of_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="leaf"):
        inclusion_ranges(index, size)
    assert root_from_inclusion(b"", index, size, []) is None
    with pytest.raises(ValueError, match="sizes"):
        consistency_ranges(size + 1, size)
