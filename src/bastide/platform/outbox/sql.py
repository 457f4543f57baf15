"""The outbox and its relay on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.kit.events import DomainEvent
from bastide.platform.bus.topics import matches
from bastide.platform.database.hooks import after_commit
from bastide.platform.database.port import Database
from bastide.platform.outbox import rows
from bastide.platform.outbox.port import Deliver
from bastide.platform.outbox.rows import Claimed, Postponed
from bastide.platform.outbox.tables import outbox
from bastide.platform.uninterrupted import told_to_end

_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
_POLL_S = 0.5  # for retries and other processes' events: this process's own events wake the relay
_LEASE = timedelta(seconds=15)
_AT_A_TIME = 200
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 60.0
_GRACE_S = 10.0

log = structlog.get_logger()


class SqlOutbox:
    def __init__(self, wake: Callable[[], None] = lambda: None) -> None:
        """`wake` is called after the commit: `SqlRelay.wake`, where this process has a relay."""
        self._wake = wake

    async def append(self, connection: AsyncConnection, event: DomainEvent) -> None:
        await rows.lock_key(connection, event.key)
        await connection.execute(
            insert(outbox).values(
                event_id=event.id,
                topic=event.topic,
                organisation_id=event.organisation_id,
                key=event.key,
                payload=event.payload,
                occurred_at=event.occurred_at,
                due_at=_AT_ONCE,
            )
        )
        after_commit(connection, self._wake)


class SqlRelay:
    """Every process that has a relay must route every topic: an event without a route counts as delivered."""

    def __init__(self, database: Database, clock: Clock, *, poll_s: float = _POLL_S) -> None:
        self._database = database
        self._clock = clock
        self._poll_s = poll_s
        self._routes: list[tuple[str, Deliver]] = []
        self._woken = asyncio.Event()
        self._stopping = False
        self._deliveries: dict[int, asyncio.Task[None]] = {}  # by position, until settled
        self._delivered: list[int] = []
        self._postponed: list[Postponed] = []
        self._loops: list[asyncio.Task[None]] = []

    def on(self, topic: str, deliver: Deliver) -> None:
        self._routes.append((topic, deliver))

    def wake(self) -> None:
        """Look now rather than at the next poll."""
        self._woken.set()

    async def start(self) -> None:
        if self._database.dialect == "sqlite":  # one server per home: what is claimed is a dead one's
            async with self._database.transaction() as connection:
                await rows.release_all(connection, self._clock.now())
        self._stopping = False
        self._loops = [asyncio.create_task(self._relay()), asyncio.create_task(self._renew())]

    async def stop(self) -> None:
        """Deliveries that run may end; what is cut off is delivered again at the next start."""
        self._stopping = True
        self._woken.set()
        relay, renewal = self._loops
        await relay
        if running := [task for task in self._deliveries.values() if not task.done()]:
            _, late = await asyncio.wait(running, timeout=_GRACE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        renewal.cancel()
        await asyncio.wait([renewal])
        await self._settle_and_claim(0)

    async def _relay(self) -> None:
        while not (self._stopping or told_to_end()):
            self._woken.clear()
            try:
                found = await self._turn()
            except BastideError as error:
                log.warning("outbox.relay_paused", code=error.code, error=error.message)
                found = False
            if not found:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._poll_s):
                        await self._woken.wait()

    async def _turn(self) -> bool:
        room = _AT_A_TIME - len(self._deliveries) + len(self._delivered) + len(self._postponed)
        if not (self._delivered or self._postponed):
            async with self._database.reading() as connection:
                if not await rows.anything_due(connection, self._clock.now()):
                    return False
        claimed = await self._settle_and_claim(room)
        for row in claimed:
            self._deliveries[row.position] = asyncio.create_task(self._deliver(row))
        return bool(claimed)

    async def _settle_and_claim(self, room: int) -> list[Claimed]:
        """One transaction for both: on SQLite each is an fsync."""
        delivered, postponed = self._delivered.copy(), self._postponed.copy()
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await rows.settle(connection, delivered, postponed)
            held = self._deliveries.keys()
            claimed = await rows.claim(connection, now, now + _LEASE, room, held=held) if room else []
        del self._delivered[: len(delivered)], self._postponed[: len(postponed)]
        for position in (*delivered, *(row.position for row in postponed)):
            del self._deliveries[position]
        return claimed

    async def _deliver(self, row: Claimed) -> None:
        due_at, attempts = self._clock.now(), row.attempts
        try:
            for pattern, deliver in self._routes:
                if matches(pattern, row.event.topic):
                    await deliver(row.event)
        except Exception:  # edge: a receiver may raise anything; the event stays
            log.exception("outbox.delivery_failed", event_id=row.event.id, topic=row.event.topic)
            pause_s = min(_FIRST_PAUSE_S * 2.0 ** min(attempts, 20), _LONGEST_PAUSE_S)
            due_at, attempts = self._clock.now() + timedelta(seconds=pause_s), attempts + 1
            self._postponed.append(Postponed(row.position, attempts, due_at))
        except asyncio.CancelledError:
            self._postponed.append(Postponed(row.position, attempts, due_at))
            raise
        else:
            self._delivered.append(row.position)
        finally:
            self._woken.set()

    async def _renew(self) -> None:
        while not told_to_end():
            await asyncio.sleep(_LEASE.total_seconds() / 3)
            if self._deliveries:
                with suppress(BastideError):  # the relay's own loop logs it
                    async with self._database.transaction() as connection:
                        await rows.renew(connection, list(self._deliveries), self._clock.now() + _LEASE)
