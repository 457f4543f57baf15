"""What an organisation decides about its log, retention, and erasing the personal part of entries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.json import Json
from bastide.operations.domain.entry import AuditEntry
from bastide.operations.domain.log import TILE, LogPolicy
from bastide.operations.domain.record import written
from bastide.operations.domain.verification import ERASED
from bastide.operations.ports import AuditRows, AuditStore


@dataclass(frozen=True, slots=True)
class KeepAudit:
    """`changed` is told whose policy is another now."""

    store: AuditStore
    clock: Clock
    changed: Callable[[str], None]

    async def policy(self, log_id: str) -> LogPolicy:
        async with self.store.reading() as rows:
            log = await rows.log(log_id)
        return LogPolicy() if log is None else log.policy

    async def set_policy(self, entry: AuditEntry, policy: LogPolicy) -> None:
        """`entry` tells of it and names the log."""
        log_id = entry.organisation_id
        async with self.store.transaction() as rows:
            await rows.log(log_id, lock=True)
            await rows.set_policy(log_id, policy)
            await self._put(rows, entry)
        self.changed(log_id)

    async def prune(self) -> int:
        """Remove what is older than each log wants, whole tiles only; how many entries went.

        The hashes of the tiles stay, so that the rest goes on leading to every checkpoint.
        """
        removed = 0
        async with self.store.reading() as rows:
            log_ids = await rows.log_ids()
        for log_id in log_ids:
            removed += await self._prune(log_id)
        return removed

    async def _prune(self, log_id: str) -> int:
        async with self.store.transaction() as rows:
            log = await rows.log(log_id, lock=True)
            if log is None:
                return 0
            limit = self.clock.now() - timedelta(days=log.policy.retention_days)
            kept = await rows.first_since(log_id, limit)
            below = (log.tree.size if kept is None else kept) // TILE * TILE
            if below <= log.pruned:
                return 0
            await rows.prune(log_id, below)
            days: Json = log.policy.retention_days
            entry = AuditEntry("audit.pruned", log_id, "system", details={"below": below, "days": days})
            await self._put(rows, entry)
            return below - log.pruned

    async def erase_personal(self, entry: AuditEntry, positions: Sequence[int]) -> None:
        """Forget the personal part of entries. `entry` says who wants it; the log keeps where."""
        log_id = entry.organisation_id
        places: list[Json] = [*sorted(positions)]
        accounted = AuditEntry(
            ERASED,
            log_id,
            entry.actor_id,
            entry.target,
            credential=entry.credential,
            credential_id=entry.credential_id,
            details={**entry.details, "positions": places},
        )
        async with self.store.transaction() as rows:
            for position in positions:
                await rows.erase_personal(log_id, position)
            await self._put(rows, accounted)

    async def _put(self, rows: AuditRows, entry: AuditEntry) -> None:
        await rows.put_pending(
            entry.organisation_id, written(entry, entry.personal, new_id("aud"), self.clock.now(), None)
        )
