"""Counters of one process."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bastide.gateway.ports.counters import Claim, CounterKind, Granted, Refused, Unseeded

BUCKETS = 240  # per window: what was used is forgotten a 240th of the window late, never early
_SWEEP_S = 60.0
_FOREVER = float("inf")


@dataclass(slots=True, eq=False)
class _Window:
    """What was used, by bucket of time, each `width` seconds wide."""

    width: float
    buckets: deque[list[int]] = field(default_factory=deque[list[int]])
    total: int = 0

    def used(self, now: float) -> int:
        """Without what is forgotten by now."""
        before = int(now / self.width) - BUCKETS
        buckets = self.buckets
        while buckets and buckets[0][0] < before:
            self.total -= buckets.popleft()[1]
        return self.total

    def take(self, amount: int, now: float) -> int:
        """The mark for `settle`."""
        bucket = int(now / self.width)
        self.total += amount
        if self.buckets and self.buckets[-1][0] == bucket:
            self.buckets[-1][1] += amount
        else:
            self.buckets.append([bucket, amount])
        return bucket

    def settle(self, bucket: int, by: int) -> None:
        """Nothing once the bucket is forgotten."""
        for each in reversed(self.buckets):
            if each[0] == bucket:
                each[1] += by
                self.total += by
                return

    def free_in_s(self, excess: int, now: float) -> float | None:
        """When that much will have been forgotten; None: that much was never used."""
        for bucket, amount in self.buckets:
            excess -= amount
            if excess <= 0:
                return (bucket + BUCKETS + 1) * self.width - now
        return None

    def over(self, now: float) -> bool:
        """Whether it is of no more use."""
        self.used(now)
        return not self.buckets


@dataclass(slots=True, eq=False)
class _Count:
    """A budget, or slots: what is used and what is reserved. `until` is when it is of no more use."""

    total: int
    until: float

    def used(self, now: float) -> int:  # noqa: ARG002  # as a window's
        return self.total

    def take(self, amount: int, now: float) -> int:  # noqa: ARG002
        self.total += amount
        return 0

    def settle(self, mark: int, by: int) -> None:  # noqa: ARG002
        self.total += by

    def free_in_s(self, excess: int, now: float) -> float | None:  # noqa: ARG002
        return None

    def over(self, now: float) -> bool:
        return self.until <= now or (self.until == _FOREVER and self.total <= 0)


class MemoryCounters:
    """Satisfies `Counters`. `now` in seconds, of a clock that does not go back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._counters: dict[str, _Window | _Count] = {}
        self._sweep_at = now() + _SWEEP_S

    async def claim(self, claims: Sequence[Claim], holder: str) -> Granted | Refused | Unseeded:  # noqa: ARG002
        now = self._now()
        if now >= self._sweep_at:
            self._sweep(now)
        counters = self._counters
        if missing := [claim for claim in claims if claim.counter not in counters]:
            if unseeded := tuple(one.counter for one in missing if one.kind is CounterKind.BUDGET):
                return Unseeded(unseeded)
            counters.update({claim.counter: _new(claim) for claim in missing})
        for index, claim in enumerate(claims):
            counter = counters[claim.counter]
            excess = counter.used(now) + claim.amount - claim.limit
            if excess > 0:
                return Refused(index, counter.total, counter.free_in_s(excess, now))
        marks = tuple([counters[claim.counter].take(claim.amount, now) for claim in claims])
        return Granted(tuple([claim.limit - counters[claim.counter].total for claim in claims]), marks)

    def settle(
        self,
        claims: Sequence[Claim],
        marks: Sequence[int],
        actual: Sequence[int],
        holder: str,  # noqa: ARG002  # one process needs no names
    ) -> None:
        for claim, mark, used in zip(claims, marks, actual, strict=True):
            if (counter := self._counters.get(claim.counter)) is not None:
                counter.settle(mark, used - claim.amount)

    async def seed(self, tenant: str, counter: str, used: int, period_s: float) -> None:  # noqa: ARG002
        self._counters.setdefault(counter, _Count(used, self._now() + period_s))

    async def used(self, tenant: str, counter: str) -> int | None:  # noqa: ARG002
        count = self._counters.get(counter)
        return None if count is None else count.used(self._now())

    async def close(self) -> None:
        return

    def _sweep(self, now: float) -> None:
        """Forget periods that are over, slots that nobody holds, windows in which nothing was used."""
        self._sweep_at = now + _SWEEP_S
        self._counters = {name: one for name, one in self._counters.items() if not one.over(now)}


def _new(claim: Claim) -> _Window | _Count:
    """Not of a budget, which begins with what the ledger says."""
    return _Window(claim.period_s / BUCKETS) if claim.kind is CounterKind.WINDOW else _Count(0, _FOREVER)
