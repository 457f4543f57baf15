"""How many events per second the audit log takes, with tree, tiles and checkpoint, on a database of its own.

.venv/bin/python bench/audit/append.py [--events 30000] [--database postgresql://…]
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from bastide.kit.clock import SystemClock
from bastide.operations.adapters.sql_audit import SqlAuditStore
from bastide.operations.contract import AuditEntry
from bastide.operations.usecases.audit_log import AuditLog
from bastide.operations.usecases.export_audit import ExportAudit
from bastide.operations.usecases.proofs import Proofs
from bastide.operations.usecases.read_audit import ReadAudit
from bastide.platform.database.engine import open_database
from bastide.platform.database.port import Database
from bastide.platform.database.schema import upgrade
from bastide.platform.secrets.local import LocalKeyring

LOG = "org_bench"


def entry(number: int) -> AuditEntry:
    """As a search leaves it."""
    return AuditEntry(
        "search.answered",
        LOG,
        f"usr_{number % 500}",
        credential="key",
        credential_id="0123456789abcdef",
        details={"collections": ["col_1"], "documents": [f"doc_{number + i}" for i in range(10)]},
        personal={"query": f"what does paragraph {number} of the contract say about the notice period?"},
    )


class Bench:
    def __init__(self, database: Database, home: Path) -> None:
        keyring, clock = LocalKeyring.load(home / "keys"), SystemClock()
        store = SqlAuditStore(database)
        self.database = database
        self.log = AuditLog(store, keyring, clock)
        self.proofs = Proofs(store, keyring, clock)
        self.read = ReadAudit(store, ExportAudit(store, self.proofs, keyring), keyring)

    async def note(self, count: int) -> None:
        for start in range(0, count, 2000):
            for number in range(start, min(start + 2000, count)):
                await self.log.note(entry(number))
            await self.log.turn()

    async def record(self, count: int) -> None:
        for start in range(0, count, 100):
            async with self.database.transaction() as connection:
                for number in range(start, start + 100):
                    await self.log.record(connection, entry(number))
        while await self.log.turn():
            pass

    async def checkpoint(self, _: int) -> None:
        await self.proofs.checkpoint(LOG)

    async def prove(self, count: int) -> None:
        for number in range(count):
            await self.proofs.inclusion(LOG, number * 37)

    async def only_note(self, count: int) -> None:
        for number in range(count):
            await self.log.note(entry(number))

    async def verify(self, _: int) -> None:
        while await self.log.turn():
            pass
        verdict = await self.read.verify(LOG)
        assert verdict.valid, verdict.problems


async def timed(what: str, count: int, work: Callable[[int], Awaitable[None]]) -> None:
    started, busy = time.perf_counter(), time.process_time()
    await work(count)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    print(f"{what:<36}{count:>8}{seconds:>9.2f}{busy:>9.2f}{count / seconds:>12.0f}{count / busy:>12.0f}")


async def measure(events: int, url: str, home: Path) -> None:
    await upgrade(url, "bastide.app:migrations")
    database = open_database(url)
    bench = Bench(database, home)
    print(f"{'':<36}{'events':>8}{'wall s':>9}{'cpu s':>9}{'per wall s':>12}{'per cpu s':>12}")
    await timed("noted and appended (searches)", events, bench.note)
    await timed("recorded with changes, appended", events, bench.record)
    await timed("checkpoint signed", 1, bench.checkpoint)
    await timed("inclusion proofs", 200, bench.prove)
    await timed("note alone, as a search pays for it", 10_000, bench.only_note)
    await timed("exported and verified", events * 2 + 10_000, bench.verify)
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=30_000)
    parser.add_argument("--database")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = arguments.database or f"sqlite:///{folder}/bench.db"
        asyncio.run(measure(arguments.events, url, Path(folder)))


if __name__ == "__main__":
    main()
