"""Add, change and remove limits and budgets; see how much of them is used."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.gateway.domain.errors import EntryError, EntryNotFoundError, SubjectUnknownError
from bastide.gateway.domain.limits import EACH, Bound, Limit, Metric, Period, Subject, Whose
from bastide.gateway.ports.subjects import Subjects
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.gateway.usecases.limits.limiter import Limiter
from bastide.identity.contract import Action, Principal
from bastide.operations.contract import Detail

_MAX_LIMITS = 10_000


@dataclass(frozen=True, slots=True)
class LimitUse:
    """A limit and how much of it is used; `used` None: of a window, which is not kept, or of each."""

    bound: Bound
    used: int | None


@dataclass(frozen=True, slots=True)
class ManageLimits:
    changes: Changes
    limiter: Limiter
    catalogue: LiveCatalogue
    subjects: Subjects

    async def listing(self, principal: Principal) -> Sequence[Limit]:
        """Those of the caller's organisation."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        async with self.changes.store.reading() as unit:
            return await unit.limits.of(principal.organisation_id)

    async def uses(self, principal: Principal) -> Sequence[LimitUse]:
        """Those of the caller's organisation, with what is used of each."""
        return [await self._use(Bound(limit, limit.subject_id)) for limit in await self.listing(principal)]

    async def get(self, principal: Principal, limit_id: str) -> Limit:
        """Raises EntryNotFoundError."""
        for limit in await self.listing(principal):
            if limit.id == limit_id:
                return limit
        raise EntryNotFoundError("There is no such limit.", id=limit_id)

    async def add(self, principal: Principal, limit: Limit) -> Limit:
        """Effective at once. Raises EntryError, SubjectUnknownError."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        _check(limit)
        await self._check_subject(limit)
        return await self.put(principal, limit)

    async def put(self, principal: Principal, limit: Limit) -> Limit:
        """Adds it, or replaces the one of that id, whose subject may have gone since. Raises EntryError."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        _check(limit)
        async with self.changes.change(principal, "limit.changed", limit.id, **_facts(limit)) as unit:
            if len(await unit.limits.of(principal.organisation_id)) >= _MAX_LIMITS:
                raise EntryError(f"An organisation has at most {_MAX_LIMITS} limits.", field="subject")
            await unit.limits.put(limit)
        return limit

    async def remove(self, principal: Principal, limit_id: str) -> None:
        """Raises EntryNotFoundError."""
        await self.get(principal, limit_id)
        async with self.changes.change(principal, "limit.removed", limit_id) as unit:
            await unit.limits.delete(limit_id)

    async def mine(self, principal: Principal, model: str) -> Sequence[LimitUse]:
        """Those that the caller's own calls to a model meet."""
        self.changes.policy.require(principal, Action.MODEL_USE)
        bounds = self.limiter.book.of(Whose.of(principal), model)
        return [await self._use(bound) for bound in bounds]

    async def _check_subject(self, limit: Limit) -> None:
        """A limit for nobody would look like one that holds."""
        models = self.catalogue.current.models
        if limit.model is not None and limit.model not in models:
            raise SubjectUnknownError(f"There is no model {limit.model!r}.", field="model")
        subject, one = limit.subject, limit.subject_id
        if subject is Subject.ORGANISATION or one == EACH:
            return
        if subject is Subject.MODEL:
            exists = one in models
        else:
            exists = await self.subjects.exists(limit.organisation_id, subject, one)
        if not exists:
            raise SubjectUnknownError(f"There is no {subject} {one!r}.", field="subject_id")

    async def _use(self, bound: Bound) -> LimitUse:
        known = bound.limit.period.is_budget and bound.subject_id != EACH
        return LimitUse(bound, await self.limiter.used(bound) if known else None)


def _facts(limit: Limit) -> dict[str, Detail]:
    return {
        "subject": limit.subject.value,
        "subject_id": limit.subject_id,
        "model": limit.model,
        "metric": limit.metric.value,
        "period": limit.period.value,
        "amount": limit.amount,
    }


def _check(limit: Limit) -> None:
    if limit.amount < 1:
        raise EntryError(
            "A limit is at least 1; to allow nothing, take the model from the key.", field="amount"
        )
    if limit.amount >= 2**62:
        raise EntryError("That is more than can be counted.", field="amount")
    if (limit.metric is Metric.CONCURRENCY) is not (limit.period is Period.NOW):
        raise EntryError("Concurrency is of 'now'; everything else of a period.", field="period")
    if not limit.subject_id:
        raise EntryError("Say whose limit it is: an id, or * for each.", field="subject_id")
    if limit.thresholds and not limit.period.is_budget:
        raise EntryError("Only budgets (day, month, total) have thresholds.", field="thresholds")
    if any(not 0 < percent <= 1000 for percent in limit.thresholds) or len(limit.thresholds) > 10:
        raise EntryError("Up to ten thresholds, in percent.", field="thresholds")
