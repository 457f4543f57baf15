"""Look into a log, and check the one that is in the database against its checkpoints."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.kit.cursors import decode_cursor, encode_cursor
from bastide.kit.pages import Page
from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.log import Placed, Sought
from bastide.operations.domain.merkle import CompactRange
from bastide.operations.domain.verification import ExportVerifier, Verdict
from bastide.operations.ports import AuditStore
from bastide.operations.usecases.export_audit import ExportAudit
from bastide.platform.secrets.port import Keyring


@dataclass(frozen=True, slots=True)
class ReadAudit:
    store: AuditStore
    export: ExportAudit
    keyring: Keyring

    async def search(self, log_id: str, sought: Sought, cursor: str | None, limit: int) -> Page[Placed]:
        """Newest first. Raises CursorError."""
        before = None if cursor is None else int(decode_cursor(cursor, int)[0])
        async with self.store.reading() as rows:
            found, total = await rows.search(log_id, sought, before, limit + 1)
        items: Sequence[Placed] = found[:limit]
        more = encode_cursor(items[-1].position) if len(found) > limit else None
        return Page(items, more, total)

    async def verify(self, log_id: str) -> Verdict:
        """The whole log as it is now, and every checkpoint that was ever made of it."""
        async with self.store.reading() as rows:
            log = await rows.log(log_id)
            checkpoints = await rows.checkpoints(log_id)
        if log is None or log.tree.size == log.pruned:
            return Verdict(log_id)
        known = [checkpoint for checkpoint in checkpoints if checkpoint.size >= log.pruned]
        verifier = ExportVerifier(self.keyring.public_keys(), known)
        async for line in self.export.lines(log_id):
            verifier.feed(line)
        verdict = verifier.finish()
        async with self.store.reading() as rows:
            now = await rows.log(log_id)  # after the export: it may have grown, never shrunk
        head = verdict.checkpoint
        if head is not None and now is not None and not _contains(now.tree, head):
            verdict.note("The stored state of the tree is not the one that was signed.")
        return verdict


def _contains(tree: CompactRange, head: Checkpoint) -> bool:
    return tree.size > head.size or (tree.size == head.size and tree.root() == head.root)
