"""One entry per call: who, what, where, how much, how it ended."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import msgspec

from bastide.gateway.domain.usage import Counts

_FIRST_DAY = date(1970, 1, 1).toordinal()
_DAY_US = 86_400_000_000


def moment_us(at: datetime) -> int:
    """Microseconds since the epoch, exact."""
    return int(at.timestamp()) * 1_000_000 + at.microsecond


class Outcome(StrEnum):
    """How a call ended.

    `running` is written when it starts, and is what is left of it when the process dies: `interrupted`.
    """

    RUNNING = "running"
    OK = "ok"
    REFUSED = "refused"  # an error about the request itself: the provider's, or nobody may or can be asked it
    FAILED = "failed"
    CUT = "cut"  # the client went away
    CACHED = "cached"
    DEGRADED = "degraded"
    BLOCKED = "blocked"  # by a guardrail, before the model was asked or after it had begun
    LIMITED = "limited"  # by a limit or a budget, before the model was asked
    INTERRUPTED = "interrupted"


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A line of the journal and a row of the ledger. Appending a field keeps old journals readable.

    Attributes:
        id: of the call, `use_…`; the last line of an id is the one that counts.
        at_us: when it started, microseconds since the epoch.
        status: what the provider answered with, or we in its place; 0: nobody has answered.
        cost: picounits.
        findings: of guardrails, `after:mask:email`.
        queue_us, first_us, total_us: until it was sent, until its first bytes came, until its end; each
            from its start.
    """

    id: str
    at_us: int
    organisation_id: str
    subject_id: str
    key_id: str
    groups: tuple[str, ...]
    model: str
    deployment: str
    operation: str
    outcome: Outcome
    status: int = 0
    streamed: bool = False
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0
    estimated: bool = False
    cost: int = 0
    attempts: int = 1
    queue_us: int = 0
    first_us: int = 0
    total_us: int = 0
    request_id: str = ""
    findings: tuple[str, ...] = ()

    @property
    def at(self) -> datetime:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.at_us)

    @property
    def turned_away(self) -> bool:
        """No model was asked: a limit, a budget or a guardrail has refused it."""
        return not self.attempts and self.outcome in {Outcome.LIMITED, Outcome.BLOCKED}

    @property
    def day(self) -> date:
        """In UTC."""
        return date.fromordinal(_FIRST_DAY + self.at_us // _DAY_US)

    @property
    def counts(self) -> Counts:
        return Counts(self.prompt, self.completion, self.cached, self.reasoning, self.estimated)


@dataclass(slots=True)
class Totals:
    """Sums over entries, exact. Who was turned away is counted apart: that uses up no budget of requests."""

    requests: int = 0
    failed: int = 0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    reasoning: int = 0
    estimated: int = 0
    cost: int = 0
    turned_away: int = 0

    def add(self, entry: Entry) -> None:
        if entry.turned_away:
            self.turned_away += 1
            return
        self.requests += 1
        self.failed += entry.outcome in {Outcome.FAILED, Outcome.INTERRUPTED}
        self.prompt += entry.prompt
        self.completion += entry.completion
        self.cached += entry.cached
        self.reasoning += entry.reasoning
        self.estimated += entry.estimated
        self.cost += entry.cost


@dataclass(frozen=True, slots=True)
class Sums:
    """What a batch of entries adds to the totals of each day, by person and by group."""

    people: dict[tuple[date, str, str, str, str], Totals] = field(default_factory=dict)
    groups: dict[tuple[date, str, str, str], Totals] = field(default_factory=dict)


def sums_of(entries: Iterable[Entry]) -> Sums:
    """People: day, organisation, subject, key, model. Groups: day, organisation, group, model."""
    people: defaultdict[tuple[date, str, str, str, str], Totals] = defaultdict(Totals)
    groups: defaultdict[tuple[date, str, str, str], Totals] = defaultdict(Totals)
    for entry in entries:
        day = entry.day
        people[day, entry.organisation_id, entry.subject_id, entry.key_id, entry.model].add(entry)
        for group in entry.groups:
            groups[day, entry.organisation_id, group, entry.model].add(entry)
    return Sums(dict(people), dict(groups))
