"""What the gateway's ledger holds on a person."""

import json
from collections.abc import AsyncIterator

from sqlalchemy import select

from bastide.gateway.adapters.tables import ledger
from bastide.operations.contract import DataSubject, Documents, Erased, HeldFile
from bastide.platform.database.port import Database

_KEPT = "What was used and billed is kept under an id that names nobody any more."


class LedgerHolder:
    name = "usage"

    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        yield HeldFile("ledger.jsonl", self._lines(subject))

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:  # noqa: ARG002  # the port's
        """Nothing: the ledger names people by their id alone."""
        return Erased(kept={"ledger": _KEPT})

    async def _lines(self, subject: DataSubject) -> AsyncIterator[bytes]:
        query = select(ledger).where(
            ledger.c.organisation_id == subject.organisation_id, ledger.c.subject_id == subject.user_id
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(ledger.c.at))).mappings().all()
        for row in rows:
            yield json.dumps(dict(row), default=str).encode() + b"\n"
