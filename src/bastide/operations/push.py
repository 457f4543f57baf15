"""Builds the copy of the audit log that goes to a SIEM as it is written."""

import asyncio

from bastide.kit.clock import Clock
from bastide.operations.adapters.push_probe import PushProbe
from bastide.operations.adapters.sql_push import SqlPushStore
from bastide.operations.ports import Probe, Receiver
from bastide.operations.usecases.push_audit import PushAudit
from bastide.platform.database.port import Database


class AuditPush:
    """`siem` gets the entries; `host` is the name of this installation in syslog."""

    def __init__(self, database: Database, siem: Receiver, clock: Clock, version: str, host: str) -> None:
        store = SqlPushStore(database)
        self._push = PushAudit(store, siem, clock, version, host)
        self.probe: Probe = PushProbe(store, clock)
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._push.run(), name="audit-push")

    async def stop(self) -> None:
        """Another process may take over at once."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._push.release()
