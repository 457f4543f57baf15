"""Checkpoints and proofs of a log."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.kit.clock import Clock
from bastide.operations.domain.checkpoint import Checkpoint, checkpoint_message
from bastide.operations.domain.errors import AuditEntryNotFoundError, AuditRangeError
from bastide.operations.domain.log import TILE, TILE_LEVEL, Placed
from bastide.operations.domain.merkle import (
    Range,
    complete_subtrees,
    consistency_ranges,
    folded,
    inclusion_ranges,
)
from bastide.operations.domain.record import stamp
from bastide.operations.ports import AuditRows, AuditStore
from bastide.platform.secrets.port import Keyring


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That the entry is the leaf at its position in the tree of the checkpoint."""

    entry: Placed
    checkpoint: Checkpoint
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """That the first tree is a prefix of the second."""

    first: int
    second: int
    hashes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proofs:
    store: AuditStore
    keyring: Keyring
    clock: Clock

    async def checkpoint(self, log_id: str) -> Checkpoint | None:
        """The signed head as of now; None while the log is empty. Made anew when the log has grown."""
        async with self.store.reading() as rows:
            log = await rows.log(log_id)
            last = await rows.checkpoint(log_id)
        if log is None or log.tree.size == 0 or (last is not None and last.size >= log.tree.size):
            return last
        size, root, at = log.tree.size, log.tree.root(), stamp(self.clock.now())
        signature = await self.keyring.sign(checkpoint_message(log_id, size, root, at))
        made = Checkpoint(log_id, size, root, at, signature.key_id, signature.value)
        async with self.store.transaction() as rows:
            await rows.put_checkpoint(made)
        return made

    async def inclusion(self, log_id: str, position: int) -> InclusionProof:
        """Raises AuditEntryNotFoundError."""
        checkpoint = await self.checkpoint(log_id)
        async with self.store.reading() as rows:
            entry = await rows.entry(log_id, position)
            if entry is None or checkpoint is None:
                raise AuditEntryNotFoundError(
                    "There is no such entry any more, or not yet.", position=position
                )
            ranges = inclusion_ranges(position, checkpoint.size)
            hashes = await hashes_of(rows, log_id, ranges)
        return InclusionProof(entry, checkpoint, hashes)

    async def consistency(self, log_id: str, first: int, second: int) -> ConsistencyProof:
        """Raises AuditRangeError: not 0 < first ≤ second ≤ the log's size."""
        async with self.store.reading() as rows:
            log = await rows.log(log_id)
            if log is None or not 0 < first <= second <= log.tree.size:
                raise AuditRangeError("The log has no such sizes.", first=first, second=second)
            hashes = await hashes_of(rows, log_id, consistency_ranges(first, second))
        return ConsistencyProof(first, second, hashes)


async def hashes_of(rows: AuditRows, log_id: str, ranges: Sequence[Range]) -> tuple[bytes, ...]:
    """MTH of each range, from tiles where they are complete and from leaves else.

    Raises:
        AuditRangeError: leaves that are needed are gone by retention.
    """
    return tuple([await _range_hash(rows, log_id, start, end) for start, end in ranges])


async def peaks_before(rows: AuditRows, log_id: str, size: int) -> tuple[bytes, ...]:
    """The compact range of the first `size` entries."""
    parts = [(index << level, (index + 1) << level) for level, index in complete_subtrees(0, size)]
    return await hashes_of(rows, log_id, parts)


async def _range_hash(rows: AuditRows, log_id: str, start: int, end: int) -> bytes:
    return folded(
        [await _subtree(rows, log_id, level, index) for level, index in complete_subtrees(start, end)]
    )


async def _subtree(rows: AuditRows, log_id: str, level: int, index: int) -> bytes:
    start, end = index << level, (index + 1) << level
    if level >= TILE_LEVEL:
        hashes = await rows.tiles(log_id, start // TILE, end // TILE)
        expected = (end - start) // TILE
    else:
        hashes = await rows.leaves(log_id, start, end)
        expected = end - start
    if len(hashes) != expected:
        raise AuditRangeError("Retention has removed what this proof needs.", start=start, end=end)
    return _balanced(hashes)


def _balanced(hashes: Sequence[bytes]) -> bytes:
    """The root of a complete tree over a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [folded(hashes[i : i + 2]) for i in range(0, len(hashes), 2)]
    return hashes[0]
