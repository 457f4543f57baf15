from bastide.operations.contract import AuditEntry
from bastide.platform.database.port import Connection


class NoAudit:
    """Writes nothing down: for the tests of slices that are not about the log."""

    async def record(self, connection: Connection, entry: AuditEntry) -> None: ...

    async def note(self, entry: AuditEntry) -> None: ...
