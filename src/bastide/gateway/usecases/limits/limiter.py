"""Reserves before a call starts, settles after it has ended."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Deployment
from bastide.gateway.domain.estimates import Estimate, estimate
from bastide.gateway.domain.limits import (
    FOREVER_S,
    WINDOW_S,
    Bound,
    LimitBook,
    Metric,
    Period,
    Standing,
    Whose,
    period_start,
)
from bastide.gateway.domain.refusals import refusal
from bastide.gateway.domain.usage import Counts
from bastide.gateway.ports.counters import Claim, CounterKind, Counters, Granted, Refused, Unseeded
from bastide.gateway.ports.store import GatewayStore
from bastide.kit.clock import Clock

_DAY_S = 86_400
_SLACK_S = 7 * _DAY_S  # a counter outlives its period: calls that began in it are still settled there
_KEPT_S = {
    Period.DAY: _DAY_S + _SLACK_S,
    Period.MONTH: 31 * _DAY_S + _SLACK_S,
    Period.TOTAL: FOREVER_S,
    Period.NOW: FOREVER_S,
    **WINDOW_S,
}


_KINDS = {
    Period.NOW: CounterKind.SLOTS,
    **dict.fromkeys(WINDOW_S, CounterKind.WINDOW),
    **dict.fromkeys((Period.DAY, Period.MONTH, Period.TOTAL), CounterKind.BUDGET),
}


class Reservation(msgspec.Struct, frozen=True):
    """What a running call holds.

    Attributes:
        cap: the most tokens that the model may write for it; None: no budget depends on it.
    """

    holder: str
    bounds: Sequence[Bound]
    claims: Sequence[Claim]
    granted: Granted
    cap: int | None

    @property
    def standings(self) -> list[Standing]:
        """Of the limits that slide."""
        return [
            Standing(bound.limit.metric, bound.limit.amount, remaining, window_s)
            for bound, remaining in zip(self.bounds, self.granted.remaining, strict=True)
            if (window_s := WINDOW_S.get(bound.limit.period)) is not None
        ]


class Limiter:
    """The limits in force, applied."""

    def __init__(self, store: GatewayStore, counters: Counters, clock: Clock) -> None:
        self._store = store
        self._counters = counters
        self._clock = clock
        self._book = LimitBook()

    async def reload(self) -> None:
        """Read the limits anew."""
        async with self._store.reading() as unit:
            self._book = LimitBook(await unit.limits.all())

    async def reserve(
        self, whose: Whose, call: Call, places: Sequence[Deployment], holder: str
    ) -> Reservation | None:
        """None when no limit meets the call.

        Raises:
            RequestLimitError, TokenLimitError, ConcurrencyLimitError, RequestBudgetError, TokenBudgetError,
            CostBudgetError: which limit, whose, and when to come back.
        """
        bounds = self._book.of(whose, call.model)
        if not bounds:
            return None
        now = self._clock.now()
        expected = estimate(call, places)
        claims = _claims(bounds, expected, places, now)
        answer = await self._counters.claim(claims, holder)
        while isinstance(answer, Unseeded):
            await self._seed(answer, bounds, claims, now)
            answer = await self._counters.claim(claims, holder)
        if isinstance(answer, Refused):
            bound, claim = bounds[answer.index], claims[answer.index]
            raise refusal(bound, claim.amount, answer.used, answer.retry_after_s, now)
        cap = expected.cap if any(map(_capping, bounds)) else None
        return Reservation(holder, bounds, claims, answer, cap)

    def settle(self, reservation: Reservation, counts: Counts, cost: int) -> None:
        """What the call has really taken."""
        used = {
            Metric.TOKENS: counts.prompt + counts.completion,
            Metric.COST: cost,
            Metric.REQUESTS: 1,
            Metric.CONCURRENCY: 0,
        }
        actual = [used[bound.limit.metric] for bound in reservation.bounds]
        self._counters.settle(reservation.claims, reservation.granted.marks, actual, reservation.holder)

    async def used(self, bound: Bound) -> int:
        """What is used, and reserved, of a budget."""
        now = self._clock.now()
        known = await self._counters.used(bound.limit.organisation_id, bound.counter(now))
        return await self._ledger_says(bound, now) if known is None else known

    @property
    def book(self) -> LimitBook:
        """The limits in force."""
        return self._book

    async def _seed(
        self, unseeded: Unseeded, bounds: Sequence[Bound], claims: Sequence[Claim], now: datetime
    ) -> None:
        """A budget goes on from what the ledger says: after a restart, or in a new period from nothing."""
        for bound, claim in zip(bounds, claims, strict=True):
            if claim.counter in unseeded.counters:
                used = await self._ledger_says(bound, now)
                await self._counters.seed(claim.tenant, claim.counter, used, claim.period_s)

    async def _ledger_says(self, bound: Bound, now: datetime) -> int:
        async with self._store.reading() as unit:
            return await unit.usage.used(bound, period_start(bound.limit.period, now).date())


def _claims(
    bounds: Sequence[Bound], expected: Estimate, places: Sequence[Deployment], now: datetime
) -> list[Claim]:
    """In one loop, with little called from it: it runs for every call."""
    claims: list[Claim] = []
    for bound in bounds:
        limit = bound.limit
        metric, kind, amount = limit.metric, _KINDS[limit.period], 1
        if metric is Metric.TOKENS:
            counts = expected.most if kind is CounterKind.BUDGET else expected.likely
            amount = counts.prompt + counts.completion
        elif metric is Metric.COST:
            amount = max([place.price.of(expected.most) for place in places], default=0)
        kept_s = _KEPT_S[limit.period]
        claims.append(Claim(limit.organisation_id, bound.counter(now), kind, limit.amount, amount, kept_s))
    return claims


def _capping(bound: Bound) -> bool:
    """Whether how much a call may write depends on it."""
    limit = bound.limit
    return _KINDS[limit.period] is CounterKind.BUDGET and limit.metric is not Metric.REQUESTS
