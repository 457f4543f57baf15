"""Limits and budgets: who may use how much of what, and which of them a call meets."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import msgspec

from bastide.identity.contract import Principal

EACH = "*"
_MOST_KNOWN = 10_000


class Subject(StrEnum):
    """Whose use is counted together. `model`: everybody's use of one model."""

    KEY = "key"
    USER = "user"
    GROUP = "group"
    ORGANISATION = "organisation"
    MODEL = "model"


class Metric(StrEnum):
    """What is counted. `cost` in picounits of the installation's currency."""

    REQUESTS = "requests"
    TOKENS = "tokens"
    COST = "cost"
    CONCURRENCY = "concurrency"


class Period(StrEnum):
    """`minute` and `hour` slide; `day` and `month` are of the calendar (UTC); `total` never ends.

    `now` is for concurrency.
    """

    NOW = "now"
    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    TOTAL = "total"

    @property
    def slides(self) -> bool:
        return self is Period.MINUTE or self is Period.HOUR

    @property
    def is_budget(self) -> bool:
        """Whether what is used in it is kept, and read back from the ledger after a restart."""
        return self is Period.DAY or self is Period.MONTH or self is Period.TOTAL


FOREVER_S = 10 * 366 * 86_400
WINDOW_S = {Period.MINUTE: 60, Period.HOUR: 3600}


@dataclass(frozen=True, slots=True)
class Limit:
    """A rule of an organisation.

    Attributes:
        subject_id: whom it is for; `*`: each of that kind has it.
        model: counts only what goes to this model; None: to any.
        amount: of the metric.
        thresholds: percent of a budget at which `usage.threshold` is told.
    """

    id: str
    organisation_id: str
    subject: Subject
    subject_id: str
    metric: Metric
    period: Period
    amount: int
    model: str | None = None
    thresholds: tuple[int, ...] = ()


class Standing(msgspec.Struct, frozen=True):
    """What is left of a limit per minute or hour to a call that was let in."""

    metric: Metric
    amount: int
    remaining: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit as one caller meets it: `subject_id` is resolved where the limit says "each"."""

    limit: Limit
    subject_id: str
    name: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", f"{self.limit.id}:{self.subject_id}")

    def counter(self, now: datetime) -> str:
        """Names what is counted: the limit, whose use, and the period of the calendar."""
        period = self.limit.period
        if period is Period.DAY:
            return f"{self.name}:{now.year:04}-{now.month:02}-{now.day:02}"
        if period is Period.MONTH:
            return f"{self.name}:{now.year:04}-{now.month:02}"
        return self.name


class Whose(msgspec.Struct, frozen=True):
    """Who makes a call, as far as limits and the ledger know. `key_id` empty: not by a key."""

    organisation_id: str
    subject_id: str
    key_id: str
    groups: tuple[str, ...]

    @classmethod
    def of(cls, principal: Principal) -> "Whose":
        """The caller."""
        groups = tuple(sorted(principal.groups))
        return cls(principal.organisation_id, principal.subject_id, principal.key_id or "", groups)

    def subjects(self, model: str) -> list[tuple[Subject, str]]:
        """Every way in which the call may be limited."""
        found = [
            (Subject.USER, self.subject_id),
            (Subject.ORGANISATION, self.organisation_id),
            (Subject.MODEL, model),
            *((Subject.GROUP, group) for group in self.groups),
        ]
        if self.key_id:
            found.append((Subject.KEY, self.key_id))
        return found


class LimitBook:
    """All limits, by whom they are for. Immutable: a change makes a new one."""

    def __init__(self, limits: Iterable[Limit] = ()) -> None:
        book: defaultdict[str, defaultdict[tuple[Subject, str], list[Limit]]]
        book = defaultdict(lambda: defaultdict(list))
        for limit in limits:
            book[limit.organisation_id][limit.subject, limit.subject_id].append(limit)
        self._known: dict[tuple[Whose, str], list[Bound]] = {}
        self._book: Mapping[str, Mapping[tuple[Subject, str], list[Limit]]] = book
        self.limits = tuple(
            limit for subjects in book.values() for several in subjects.values() for limit in several
        )

    def of(self, user: Whose, model: str) -> list[Bound]:
        """Those that a call to the model meets."""
        subjects = self._book.get(user.organisation_id)
        if not subjects:
            return []
        if (known := self._known.get((user, model))) is not None:
            return known
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        found = self._known[user, model] = self._find(subjects, user, model)
        return found

    @staticmethod
    def _find(subjects: Mapping[tuple[Subject, str], list[Limit]], user: Whose, model: str) -> list[Bound]:
        return [
            Bound(limit, subject_id)
            for kind, subject_id in user.subjects(model)
            for named in (subject_id, EACH)
            for limit in subjects.get((kind, named), ())
            if limit.model is None or limit.model == model
        ]


def period_start(period: Period, now: datetime) -> datetime:
    """When a budget's period began; for `total`, the beginning of time."""
    match period:
        case Period.DAY:
            return now.replace(hour=0, minute=0, second=0, microsecond=0)
        case Period.MONTH:
            return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        case _:
            return datetime(1970, 1, 1, tzinfo=UTC)


def period_end(period: Period, now: datetime) -> datetime | None:
    """When a budget begins anew; None: never."""
    start = period_start(period, now)
    match period:
        case Period.DAY:
            return start + timedelta(days=1)
        case Period.MONTH:
            return (start + timedelta(days=32)).replace(day=1)
        case _:
            return None
