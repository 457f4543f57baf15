"""An audit log that keeps what it is told."""

from dataclasses import dataclass, field

from bastide.operations.contract import AuditEntry
from bastide.platform.database.port import Connection


@dataclass
class RecordedAudit:
    """`entries` of both kinds, in their order. It is not part of the caller's transaction."""

    entries: list[AuditEntry] = field(default_factory=list[AuditEntry])

    async def record(self, connection: Connection, entry: AuditEntry) -> None:
        self.entries.append(entry)

    async def note(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    @property
    def actions(self) -> list[str]:
        return [entry.action for entry in self.entries]
