"""Write a log out: as JSON Lines that `verify_export` checks offline, or as CEF or syslog for a SIEM."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from bastide.kit.json import Json
from bastide.operations.domain.cef import as_cef
from bastide.operations.domain.checkpoint import Checkpoint, checkpoint_fields
from bastide.operations.domain.errors import AuditRangeError
from bastide.operations.domain.log import Placed
from bastide.operations.domain.record import canonical
from bastide.operations.domain.syslog import as_syslog
from bastide.operations.domain.verification import FORMAT
from bastide.operations.ports import AuditStore
from bastide.operations.usecases.proofs import Proofs, peaks_before
from bastide.platform.secrets.port import Keyring

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ExportAudit:
    store: AuditStore
    proofs: Proofs
    keyring: Keyring

    async def lines(self, log_id: str, since: datetime | None = None) -> AsyncIterator[str]:
        """Lines without their ends, from the first entry at or after `since` to the newest.

        Raises:
            AuditRangeError: there is nothing to export.
        """
        checkpoint, first = await self._range(log_id, since)
        async with self.store.reading() as rows:
            peaks = await peaks_before(rows, log_id, first)
        before: list[Json] = [_base64(peak) for peak in peaks]
        yield canonical({"type": "head", "format": FORMAT, "log": log_id, "first": first, "before": before})
        async for placed in self._entries(log_id, first, checkpoint.size):
            record = placed.record
            yield canonical(
                {
                    "type": "entry",
                    "position": placed.position,
                    "body": record.body,
                    "personal": record.personal,
                }
            )
        keys: dict[str, Json] = {name: _base64(key) for name, key in self.keyring.public_keys().items()}
        yield canonical({"type": "end", "checkpoint": checkpoint_fields(checkpoint), "keys": keys})

    async def cef(self, log_id: str, version: str, since: datetime | None = None) -> AsyncIterator[str]:
        """One line of ArcSight's Common Event Format per entry. Raises AuditRangeError."""
        checkpoint, first = await self._range(log_id, since)
        async for placed in self._entries(log_id, first, checkpoint.size):
            yield as_cef(placed, version)

    async def syslog(
        self, log_id: str, version: str, host: str, since: datetime | None = None
    ) -> AsyncIterator[str]:
        """One message of RFC 5424 per entry. Raises AuditRangeError."""
        checkpoint, first = await self._range(log_id, since)
        async for placed in self._entries(log_id, first, checkpoint.size):
            yield as_syslog(placed, version, host)

    async def _range(self, log_id: str, since: datetime | None) -> tuple[Checkpoint, int]:
        checkpoint = await self.proofs.checkpoint(log_id)
        async with self.store.reading() as rows:
            log = await rows.log(log_id)
            first = 0 if since is None else await rows.first_since(log_id, since)
        if checkpoint is None or log is None or first is None or first >= checkpoint.size:
            raise AuditRangeError("The log has no such entries.")
        return checkpoint, max(first, log.pruned)

    async def _entries(self, log_id: str, start: int, end: int) -> AsyncIterator[Placed]:
        for position in range(start, end, _BATCH):
            async with self.store.reading() as rows:
                found = await rows.entries(log_id, position, min(position + _BATCH, end))
            for placed in found:
                yield placed


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
