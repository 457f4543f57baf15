"""Counters of one process."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bastide.gateway.ports.counters import Claim, CounterKind, Granted, Refused, Unseeded

BUCKETS = 240  # per window: what was used is forgotten a 240th of the window late, never early
_SWEEP_S = 60.0


@dataclass(slots=True)
class _Window:
    """What was used, by bucket of time, each `width` seconds wide."""

    width: float
    buckets: deque[list[int]] = field(default_factory=deque[list[int]])
    total: int = 0

    def bucket(self, now: float) -> int:
        return int(now / self.width)

    def forget(self, now: float) -> None:
        before = self.bucket(now) - BUCKETS
        while self.buckets and self.buckets[0][0] < before:
            self.total -= self.buckets.popleft()[1]

    def add(self, bucket: int, amount: int) -> None:
        self.total += amount
        if self.buckets and self.buckets[-1][0] == bucket:
            self.buckets[-1][1] += amount
        else:
            self.buckets.append([bucket, amount])

    def adjust(self, bucket: int, by: int) -> None:
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


@dataclass(slots=True)
class _Count:
    """A budget, or slots: what is used and what is reserved. `until` is when it is of no more use."""

    used: int
    until: float


class MemoryCounters:
    """Satisfies `Counters`. `now` in seconds, of a clock that does not go back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._windows: dict[str, _Window] = {}
        self._counts: dict[str, _Count] = {}
        self._sweep_at = now() + _SWEEP_S

    async def claim(self, claims: Sequence[Claim], holder: str) -> Granted | Refused | Unseeded:  # noqa: ARG002
        now = self._now()
        self._sweep(now)
        missing = [
            claim.counter
            for claim in claims
            if claim.kind is CounterKind.BUDGET and claim.counter not in self._counts
        ]
        if missing:
            return Unseeded(tuple(missing))
        for index, claim in enumerate(claims):
            if refused := self._refusal(index, claim, now):
                return refused
        marks = [self._take(claim, now) for claim in claims]
        remaining = [claim.limit - self._used(claim) for claim in claims]
        return Granted(tuple(remaining), tuple(marks))

    def settle(
        self,
        claims: Sequence[Claim],
        marks: Sequence[int],
        actual: Sequence[int],
        holder: str,  # noqa: ARG002  # one process needs no names
    ) -> None:
        for claim, mark, used in zip(claims, marks, actual, strict=True):
            if claim.kind is not CounterKind.WINDOW:
                if count := self._counts.get(claim.counter):
                    count.used += used - claim.amount
            elif window := self._windows.get(claim.counter):
                window.adjust(mark, used - claim.amount)

    async def seed(self, tenant: str, counter: str, used: int, period_s: float) -> None:  # noqa: ARG002
        self._counts.setdefault(counter, _Count(used, self._now() + period_s))

    async def used(self, tenant: str, counter: str) -> int | None:  # noqa: ARG002
        count = self._counts.get(counter)
        return None if count is None else count.used

    async def close(self) -> None:
        return

    def _refusal(self, index: int, claim: Claim, now: float) -> Refused | None:
        if claim.kind is not CounterKind.WINDOW:
            used = self._used(claim)
            return Refused(index, used, None) if used + claim.amount > claim.limit else None
        window = self._windows.get(claim.counter)
        if window is None:
            return Refused(index, 0, None) if claim.amount > claim.limit else None
        window.forget(now)
        excess = window.total + claim.amount - claim.limit
        return Refused(index, window.total, window.free_in_s(excess, now)) if excess > 0 else None

    def _take(self, claim: Claim, now: float) -> int:
        if claim.kind is CounterKind.WINDOW:
            window = self._windows.get(claim.counter)
            if window is None:
                window = self._windows[claim.counter] = _Window(claim.period_s / BUCKETS)
            bucket = window.bucket(now)
            window.add(bucket, claim.amount)
            return bucket
        count = self._counts.get(claim.counter)
        if count is None:
            count = self._counts[claim.counter] = _Count(0, float("inf"))
        count.used += claim.amount
        return 0

    def _used(self, claim: Claim) -> int:
        if claim.kind is CounterKind.WINDOW:
            window = self._windows.get(claim.counter)
            return window.total if window else 0
        count = self._counts.get(claim.counter)
        return count.used if count else 0

    def _sweep(self, now: float) -> None:
        """Forget periods that are over, slots that nobody holds, windows in which nothing was used."""
        if now < self._sweep_at:
            return
        self._sweep_at = now + _SWEEP_S
        self._counts = {
            name: count
            for name, count in self._counts.items()
            if count.until > now and not (count.until == float("inf") and count.used <= 0)
        }
        for window in self._windows.values():
            window.forget(now)
        self._windows = {name: window for name, window in self._windows.items() if window.buckets}
