"""Brings the journal into the ledger, in batches; tells when a budget reaches a threshold."""

import asyncio
from collections.abc import Sequence

import structlog

from bastide.gateway.domain.ledger import Entry
from bastide.gateway.domain.limits import Bound, Metric, Whose, period_start
from bastide.gateway.domain.prices import written
from bastide.gateway.ports.journal import Journal
from bastide.gateway.ports.store import GatewayStore, Unit
from bastide.gateway.usecases.limits.limiter import Limiter
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.kit.events import DomainEvent
from bastide.kit.ids import derived_uuid
from bastide.platform.uninterrupted import told_to_end

_BATCH = 200  # other requests wait while one is prepared: a few milliseconds
_EVERY_S = 0.25
_SYNC_S = 0.1
_ADOPT_EVERY_S = 30.0
_RETRY_S = 1.0
_log = structlog.get_logger()


class Settler:
    """One per process. An entry may be brought twice; it counts once."""

    def __init__(self, journal: Journal, store: GatewayStore, limiter: Limiter, clock: Clock) -> None:
        self._journal = journal
        self._store = store
        self._limiter = limiter
        self._clock = clock
        self._waiting: Sequence[Entry] = ()
        self._told: set[tuple[str, int]] = set()
        self._lock = asyncio.Lock()

    async def recover(self) -> None:
        """Take over what processes that died have left. Raises UnavailableError."""
        for abandoned in self._journal.abandoned():
            count = 0
            for entries in abandoned.entries(_BATCH):
                await self._record(entries)
                count += len(entries)
            abandoned.remove()
            _log.info("ledger.recovered", entries=count)

    async def flush(self) -> None:
        """All that has ended so far. Raises UnavailableError; nothing is lost, try again."""
        async with self._lock:
            while True:
                if not self._waiting:
                    self._waiting = self._journal.read(_BATCH)
                if not self._waiting:
                    break
                await self._record(self._waiting)
                self._waiting = ()
            self._journal.forget()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sync())
            group.create_task(self._flush())
            group.create_task(self._adopt())

    async def _sync(self) -> None:
        while not told_to_end():
            await asyncio.sleep(_SYNC_S)
            await self._journal.sync()

    async def _flush(self) -> None:
        while not told_to_end():
            await asyncio.sleep(_EVERY_S)
            try:
                await self.flush()
            except UnavailableError as error:
                _log.warning("ledger.waits", error=str(error))
                await asyncio.sleep(_RETRY_S)

    async def _adopt(self) -> None:
        while not told_to_end():
            await asyncio.sleep(_ADOPT_EVERY_S)
            try:
                await self.recover()
            except UnavailableError as error:
                _log.warning("ledger.waits", error=str(error))

    async def _record(self, entries: Sequence[Entry]) -> None:
        async with self._store.transaction() as unit:
            new = await unit.usage.record(entries)
            told = await self._tell(unit, new)
        self._told |= told

    async def _tell(self, unit: Unit, entries: Sequence[Entry]) -> set[tuple[str, int]]:
        """`usage.threshold`, once per budget, period and level, in the transaction that reaches it."""
        told: set[tuple[str, int]] = set()
        for counter, (bound, entry) in self._watched(entries).items():
            limit = bound.limit
            left = [percent for percent in limit.thresholds if (counter, percent) not in self._told]
            if not left:
                continue
            used = await unit.usage.used(bound, period_start(limit.period, entry.at).date())
            reached = [percent for percent in left if used * 100 >= percent * limit.amount]
            if reached:
                for percent in await unit.usage.cross(counter, reached):
                    await unit.emit(self._event(bound, counter, percent, used))
                told.update((counter, percent) for percent in reached)
        return told

    def _watched(self, entries: Sequence[Entry]) -> dict[str, tuple[Bound, Entry]]:
        """Budgets with thresholds that these entries count for, by their counter."""
        book = self._limiter.book
        if not any(limit.thresholds for limit in book.limits):
            return {}
        found: dict[str, tuple[Bound, Entry]] = {}
        for entry in entries:
            whose = Whose(entry.organisation_id, entry.subject_id, entry.key_id, entry.groups)
            for bound in book.of(whose, entry.model):
                if bound.limit.thresholds and bound.limit.period.is_budget:
                    found[bound.counter(entry.at)] = (bound, entry)
        return found

    def _event(self, bound: Bound, counter: str, percent: int, used: int) -> DomainEvent:
        limit = bound.limit
        money = limit.metric is Metric.COST
        return DomainEvent(
            f"evt_{derived_uuid('usage.threshold', counter, percent).hex}",
            "usage.threshold",
            limit.organisation_id,
            limit.id,
            {
                "limit": limit.id,
                "subject": limit.subject.value,
                "subject_id": bound.subject_id,
                "model": limit.model,
                "metric": limit.metric.value,
                "period": limit.period.value,
                "percent": percent,
                "used": written(used) if money else used,
                "amount": written(limit.amount) if money else limit.amount,
            },
            self._clock.now(),
        )
