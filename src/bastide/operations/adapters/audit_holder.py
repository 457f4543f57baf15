"""What the audit log holds on a person."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

from sqlalchemy import ColumnElement, or_, select

from bastide.operations.adapters.tables import audit_entries
from bastide.operations.domain.entry import SYSTEM_LOG, AuditEntry
from bastide.operations.domain.personal import DataSubject, Documents, Erased, HeldFile
from bastide.operations.usecases.keep_audit import KeepAudit
from bastide.platform.database.port import Database

_KEPT = "The audit log is kept, and stays verifiable, under an id that names nobody any more."


class AuditHolder:
    """`settled`: puts what waits into the log, so that nothing is missed."""

    name = "audit"

    def __init__(self, database: Database, keep: KeepAudit, settled: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._keep = keep
        self._settled = settled

    async def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        await self._settled()
        yield HeldFile("entries.jsonl", self._lines(subject))

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:  # noqa: ARG002  # the port's
        """The personal parts; the entries stay, under an id that names nobody."""
        await self._settled()
        count = 0
        for log_id in (subject.organisation_id, SYSTEM_LOG):
            mentions = [*_about(subject, log_id), audit_entries.c.personal.is_not(None)]
            query = select(audit_entries.c.position).where(*mentions)
            async with self._database.reading() as connection:
                positions = list(await connection.scalars(query.order_by(audit_entries.c.position)))
            if positions:
                entry = AuditEntry("personal_data.erased", log_id, "system", subject.user_id)
                await self._keep.erase_personal(entry, positions)
            count += len(positions)
        await self._settled()  # the log says what was erased before anybody verifies it
        return Erased({"personal_parts": count}, {"entries": _KEPT})

    async def _lines(self, subject: DataSubject) -> AsyncIterator[bytes]:
        query = select(audit_entries.c.body, audit_entries.c.personal)
        query = query.where(*_about(subject, subject.organisation_id)).order_by(audit_entries.c.position)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        for row in rows:
            personal = None if row.personal is None else json.loads(row.personal)
            line = json.dumps({"entry": json.loads(row.body), "personal": personal}, ensure_ascii=False)
            yield line.encode() + b"\n"


def _about(subject: DataSubject, log_id: str) -> list[ColumnElement[bool]]:
    table = audit_entries.c
    about = or_(
        table.actor_id == subject.user_id,
        table.target == subject.user_id,
        table.personal.contains(json.dumps(subject.email, ensure_ascii=False)[1:-1], autoescape=True),
    )
    return [table.log_id == log_id, about]
