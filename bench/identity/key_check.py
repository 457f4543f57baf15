"""What checking a credential costs once it was proved, and how fast a revocation is known elsewhere.

.venv/bin/python bench/identity/key_check.py [--checks 20000] [--database postgresql://…] [--cache redis://…]
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bastide.identity.adapters.sql import SqlIdentityStore
from bastide.identity.contract import Credentials, KeyInvalidError, Principal
from bastide.identity.management import Management
from bastide.identity.module import Identity
from bastide.identity.parts import Mail
from bastide.identity.usecases.create_key import KeyRequest
from bastide.kit.clock import SystemClock
from bastide.kit.errors import UnauthenticatedError
from bastide.knowledge.adapters.sql_grants import SqlGrants
from bastide.operations.contract import AuditEntry
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.cache.port import Cache
from bastide.platform.cache.redis import RedisCache
from bastide.platform.database.engine import open_database
from bastide.platform.database.port import Connection, Database
from bastide.platform.database.schema import upgrade
from bastide.platform.mail.none import NoMailer
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.secrets.local import LocalKeyring

REVOCATIONS = 20


class NoAudit:
    async def record(self, connection: Connection, entry: AuditEntry) -> None: ...

    async def note(self, entry: AuditEntry) -> None: ...


@dataclass
class Bench:
    """Two processes' worth of the identity slice on one database and one cache server."""

    here: Identity
    there: Identity
    owner: Principal

    async def key(self) -> tuple[str, str]:
        """Id and the whole key."""
        made = await Management(self.here.parts).create_key(
            self.owner, KeyRequest("bench", frozenset({"chat"}))
        )
        return made.key.id, made.secret

    async def revocation_s(self) -> float:
        """From the beginning of the revocation to the first refusal by the other one."""
        key_id, secret = await self.key()
        credentials = Credentials(bearer=secret)
        await self.there.authenticator.authenticate(credentials)
        started = time.perf_counter()
        await Management(self.here.parts).keys.revoke(self.owner, key_id)
        while True:
            try:
                await self.there.authenticator.authenticate(credentials)
            except KeyInvalidError:
                return time.perf_counter() - started
            await asyncio.sleep(0)


async def per_call_us(count: int, call: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Median and 99th percentile, in microseconds."""
    times: list[float] = []
    for _ in range(count):
        started = time.perf_counter_ns()
        await call()
        times.append((time.perf_counter_ns() - started) / 1000)
    times.sort()
    return median(times), times[int(count * 0.99)]


async def measure(bench: Bench, checks: int) -> None:
    _, secret = await bench.key()
    authenticate = bench.here.authenticator.authenticate
    good, wrong = Credentials(bearer=secret), Credentials(bearer=f"{secret[:-1]}!")

    async def refused() -> None:
        try:
            await authenticate(wrong)
        except UnauthenticatedError:
            return

    print(f"{'':<40}{'median µs':>12}{'p99 µs':>10}")
    for what, call in (("key, cached", lambda: authenticate(good)), ("not of the shape of a key", refused)):
        middle, high = await per_call_us(checks, call)
        print(f"{what:<40}{middle:>12.1f}{high:>10.1f}")
    spans = [await bench.revocation_s() * 1000 for _ in range(REVOCATIONS)]
    print(f"{'':<40}{'median ms':>12}{'max ms':>10}")
    print(f"{'revoked here, refused there':<40}{median(spans):>12.1f}{max(spans):>10.1f}")


async def opened(database: Database, cache: Cache, home: Path) -> Identity:
    clock, audit = SystemClock(), NoAudit()
    store = SqlIdentityStore(database, clock, audit, SqlGrants(SqlOutbox(), clock))
    identity = Identity(store, cache, LocalKeyring.load(home), clock, audit, Mail(NoMailer()))
    await identity.start()
    return identity


async def run(arguments: argparse.Namespace, home: Path) -> None:
    url = arguments.database or f"sqlite:///{home}/bench.db"
    await upgrade(url, "bastide.app:migrations")
    database = open_database(url)
    shared = MemoryCache()
    caches = [RedisCache(arguments.cache) if arguments.cache else shared for _ in range(2)]
    here, there = [await opened(database, cache, home / "keys") for cache in caches]
    await here.ensure_first_administrator("bench@example.org", "correct horse battery staple")
    await asyncio.sleep(0.2)  # the channel is being listened to
    await measure(Bench(here, there, await here.local_principal()), arguments.checks)
    await here.stop()
    await there.stop()
    for cache in caches:
        await cache.close()
    await database.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=20_000)
    parser.add_argument("--database")
    parser.add_argument("--cache")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(arguments, Path(folder)))


if __name__ == "__main__":
    main()
