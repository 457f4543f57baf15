"""Calls that were turned away before a model was asked: a line each in the ledger, no tokens and no cost."""

from collections import Counter
from collections.abc import Sequence

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.ledger import Entry, Outcome, moment_us
from bastide.gateway.domain.limits import Whose
from bastide.gateway.ports.journal import Journal
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id

MOST_PER_SECOND = 10
"""Of one caller. Who asks again without a pause is to fill neither the disk nor the ledger; the metric of
refusals counts all.
"""


class Refusals:
    """One per process."""

    def __init__(self, journal: Journal, catalogue: LiveCatalogue, clock: Clock) -> None:
        self._journal = journal
        self._catalogue = catalogue
        self._clock = clock
        self._second = 0
        self._noted: Counter[Whose] = Counter()

    def limited(self, call: Call) -> None:
        """By a limit or a budget."""
        self._note(call, Outcome.LIMITED, 429, call.findings)

    def blocked(self, call: Call, findings: Sequence[str]) -> None:
        """By a guardrail before the model."""
        self._note(call, Outcome.BLOCKED, 400, findings)

    def _note(self, call: Call, outcome: Outcome, status: int, findings: Sequence[str]) -> None:
        if call.model not in self._catalogue.current.models:
            return  # a guardrail has looked at it first: no call to a model, and its name may be anything
        at_us = moment_us(self._clock.now())
        whose = Whose.of(call.principal)
        if not self._counts(whose, at_us // 1_000_000):
            return
        entry = Entry(
            new_id("use"),
            at_us,
            whose.organisation_id,
            whose.subject_id,
            whose.key_id,
            whose.groups,
            call.model,
            "",
            call.operation,
            outcome,
            status,
            call.stream,
            attempts=0,
            request_id=call.request_id,
            findings=tuple(findings),
        )
        self._journal.append(entry)

    def _counts(self, whose: Whose, second: int) -> bool:
        if second != self._second:
            self._second = second
            self._noted.clear()
        self._noted[whose] += 1
        return self._noted[whose] <= MOST_PER_SECOND
