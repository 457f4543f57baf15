"""Builds the audit log from its ports."""

import asyncio
from datetime import timedelta

import structlog

from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.operations.adapters.sql_audit import SqlAuditStore
from bastide.operations.contract import Audit
from bastide.operations.usecases.audit_log import AuditLog
from bastide.operations.usecases.export_audit import ExportAudit
from bastide.operations.usecases.keep_audit import KeepAudit
from bastide.operations.usecases.proofs import Proofs
from bastide.operations.usecases.read_audit import ReadAudit
from bastide.platform.database.port import Database
from bastide.platform.secrets.port import Keyring
from bastide.platform.uninterrupted import told_to_end

_CHECKPOINT_EVERY_S = 60.0
_PRUNE_EVERY = timedelta(hours=6)
_log = structlog.get_logger()


class Auditing:
    """`audit` is what other slices get; it takes entries before `start`, which puts them into the tree.

    `host` is the name of this installation in syslog.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        clock: Clock,
        version: str,
        *,
        host: str = "-",
    ) -> None:
        self.keyring = keyring
        self._store = SqlAuditStore(database)
        self._clock = clock
        self._audit_log = AuditLog(self._store, keyring, clock)
        self.audit: Audit = self._audit_log
        self.settled = self._audit_log.settled
        self.proofs = Proofs(self._store, keyring, clock)
        self.export = ExportAudit(self._store, self.proofs, keyring)
        self.keep = KeepAudit(self._store, clock, self._audit_log.forget_policy)
        self.read = ReadAudit(self._store, self.export, keyring)
        self.version, self.host = version, host
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._audit_log.run(), name="audit-sequencer"),
            asyncio.create_task(self._look_after(), name="audit-checkpoints"),
        ]

    async def stop(self) -> None:
        """What waits is written before this returns."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._audit_log.turn()
        await self.make_checkpoints()

    async def make_checkpoints(self) -> None:
        """Sign the head of every log that has grown; the process log carries it to where others keep it."""
        async with self._store.reading() as rows:
            log_ids = await rows.log_ids()
        for log_id in log_ids:
            async with self._store.reading() as rows:
                before = await rows.checkpoint(log_id)
            made = await self.proofs.checkpoint(log_id)
            if made is not None and made != before:
                _log.info("audit.checkpoint", log=log_id, size=made.size, root=made.root.hex(), at=made.at)

    async def _look_after(self) -> None:
        prune_at = self._clock.now()
        while not told_to_end():
            await asyncio.sleep(_CHECKPOINT_EVERY_S)
            try:
                await self.make_checkpoints()
                if self._clock.now() >= prune_at:
                    await self.keep.prune()
                    prune_at = self._clock.now() + _PRUNE_EVERY
            except BastideError as error:
                _log.warning("audit.not_looked_after", code=error.code, error=str(error))
