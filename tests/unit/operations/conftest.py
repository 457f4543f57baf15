"""The audit log on a real database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bastide.kit.json import Json
from bastide.operations.contract import AuditEntry
from bastide.operations.module import Auditing
from bastide.platform.database.port import Database
from bastide.platform.secrets.local import LocalKeyring


@dataclass
class HeldClock:
    """Stands still until told otherwise."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def advance(self, **how_long: float) -> None:
        self.moment += timedelta(**how_long)


@dataclass
class Desk:
    """An audit log, and what a test does with it."""

    auditing: Auditing
    database: Database
    keyring: LocalKeyring
    clock: HeldClock

    async def record(self, *entries: AuditEntry) -> None:
        async with self.database.transaction() as connection:
            for entry in entries:
                await self.auditing.audit.record(connection, entry)

    async def turn(self) -> int:
        return await self.auditing._audit_log.turn()

    async def fill(self, count: int, log: str = "org_a") -> None:
        await self.record(*(entry(number, log) for number in range(count)))
        while await self.turn():
            pass

    async def export(self, log: str = "org_a", since: datetime | None = None) -> list[str]:
        return [line async for line in self.auditing.export.lines(log, since)]


def entry(number: int = 0, log: str = "org_a", **personal: Json) -> AuditEntry:
    return AuditEntry(
        "search.answered",
        log,
        f"usr_{number % 7}",
        f"doc_{number}",
        details={"number": number, "words": ["à", "b"]},
        personal={"query": f"where is {number}?", **personal} if number % 3 else dict(personal),
    )


@pytest.fixture
async def desk(database: Database, tmp_path: Path) -> Desk:
    clock = HeldClock()
    keyring = LocalKeyring.load(tmp_path / "keys")
    return Desk(Auditing(database, keyring, clock, "1.0"), database, keyring, clock)
