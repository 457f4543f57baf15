"""The Merkle tree of RFC 6962, section 2.1, as pure functions over SHA-256.

`MTH(D[a:b])` below is the RFC's hash of the leaves a … b-1. Proofs are said as ranges of leaves: whoever has
the leaves (or the hashes of complete subtrees) turns a range into a hash, the verifier needs the hashes only.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

EMPTY_ROOT = hashlib.sha256(b"").digest()
Range = tuple[int, int]


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
    """All that is needed of the first `size` leaves to go on: a hash per set bit of `size`, widest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list[bytes])

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; the subtrees that it completes as (level, index, hash), the leaf not counted."""
        completed: list[tuple[int, int, bytes]] = []
        index, level = self.size, 0
        while index & 1:
            leaf = node_hash(self.peaks.pop(), leaf)
            index, level = index >> 1, level + 1
            completed.append((level, index, leaf))
        self.peaks.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """MTH of all leaves so far."""
        return folded(self.peaks)

    @classmethod
    def of(cls, leaves: Iterable[bytes]) -> "CompactRange":
        made = cls()
        for leaf in leaves:
            made.append(leaf)
        return made


def folded(peaks: Sequence[bytes]) -> bytes:
    """The root above adjacent complete subtrees, widest first."""
    if not peaks:
        return EMPTY_ROOT
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def complete_subtrees(start: int, end: int) -> list[tuple[int, int]]:
    """(level, index) of the complete subtrees that make up a range as it occurs in proofs, widest first."""
    found: list[tuple[int, int]] = []
    while start < end:
        level = (end - start).bit_length() - 1
        found.append((level, start >> level))
        start += 1 << level
    return found


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """PATH(index, D[size]): the siblings from the leaf up.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError("no such leaf")
    ranges: list[Range] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start = middle
    return ranges[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """PROOF(first, D[second]).

    Raises:
        ValueError: not 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError("no such sizes")
    ranges: list[Range] = []
    start, end, whole = 0, second, True
    while first != end:
        middle = start + _split(end - start)
        if first <= middle:
            ranges.append((middle, end))
            end = middle
        else:
            ranges.append((start, middle))
            start, whole = middle, False
    if not whole:
        ranges.append((start, end))
    return ranges[::-1]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that the proof leads to (RFC 9162, 2.1.3.2); None when it has the wrong length."""
    if not 0 <= index < size:
        return None
    place, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            root = node_hash(sibling, root)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        place, last = place >> 1, last >> 1
    return root if last == 0 else None


def consistent(
    first: int, first_root: bytes, second: int, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows that the first tree is a prefix of the second (RFC 9162, 2.1.4.2)."""
    if first == 0 or first > second:
        return first == 0 and not proof
    if first == second:
        return first_root == second_root and not proof
    path = list(proof)
    if first & (first - 1) == 0:
        path.insert(0, first_root)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << ((count - 1).bit_length() - 1)
