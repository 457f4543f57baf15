"""The bookkeeping of a call: reserved before it starts, written down when it is sent, settled at its end."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Deployment, Model
from bastide.gateway.domain.ledger import Entry, Outcome
from bastide.gateway.domain.limits import Standing, Whose
from bastide.gateway.domain.prices import FREE
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.gateway.domain.usage import Counts
from bastide.gateway.ports.journal import Journal
from bastide.gateway.ports.observer import Observer, Timing
from bastide.gateway.usecases.ledger.refusals import Refusals
from bastide.gateway.usecases.limits.limiter import Limiter, Reservation
from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError, QuotaExceededError, RateLimitedError
from bastide.kit.ids import new_id

_NOTHING = Counts(0, 0)


class Account:
    """One call. `close` it before the last bytes of its answer leave; whatever closes it first counts."""

    def __init__(
        self, accounts: "Accounts", whose: Whose, call: Call, entry_id: str, reservation: Reservation | None
    ) -> None:
        self.reservation = reservation
        self._accounts = accounts
        self._whose = whose
        self._call = call
        self._id = entry_id
        self._at_us = accounts.now_us()
        self._now = time.perf_counter  # the loop's own clock stands still during a turn
        self._started = self._now()
        self._sent_us = self._first_us = self._received_us = 0  # since `_started`; 0: not yet
        self._before_us = 0  # our own work up to the first attempt
        self._waited_us = 0
        self._deployment: Deployment | None = None
        self._attempts = 0
        self._closed = False
        self.findings = set(call.findings)

    @property
    def standings(self) -> Sequence[Standing]:
        """What is left of the caller's limits; empty for most."""
        return () if self.reservation is None else self.reservation.standings

    @property
    def model(self) -> str:
        """The public name that was asked for."""
        return self._call.model

    def waited(self, seconds: float) -> None:
        """It stood in a deployment's queue."""
        self._waited_us += int(seconds * 1_000_000)

    def sent(self, deployment: Deployment) -> None:
        """An attempt is made there. From now on the call is in the ledger, even if this process dies."""
        self._deployment = deployment
        self._attempts += 1
        self._sent_us = self._elapsed_us()
        if self._attempts == 1:
            self._before_us = self._work_us()
        prompt = Counts(estimate_tokens(self._call.prompt_bytes), 0, estimated=True)
        self._accounts.journal.append(self._entry(Outcome.RUNNING, 0, prompt))

    def began(self) -> None:
        """The first bytes of the answer are here."""
        self._first_us = self._elapsed_us()

    def received(self) -> None:
        """The last bytes of the answer are here; what follows is our own work again."""
        self._received_us = self._elapsed_us()

    @property
    def timing(self) -> Timing:
        """As far as it has gone."""
        if not self._sent_us:
            return Timing(self._work_us(), self._waited_us)
        after_us = self._elapsed_us() - self._received_us if self._received_us else 0
        return Timing(self._before_us + after_us, self._waited_us)

    @property
    def upstream_us(self) -> int:
        """From the last attempt to the first bytes of its answer, or to the last if they are here."""
        return (self._received_us or self._first_us) - self._sent_us

    def close(self, outcome: Outcome, status: int, counts: Counts = _NOTHING) -> None:
        """It has ended."""
        if self._closed:
            return
        self._closed = True
        entry = self._entry(outcome, status, counts)
        try:
            self._accounts.journal.append(entry)
        finally:
            if self.reservation is not None:
                self._accounts.limiter.settle(self.reservation, counts, entry.cost)
            self._accounts.observer.ended(self._call, entry, self.timing)

    def _entry(self, outcome: Outcome, status: int, counts: Counts) -> Entry:
        call, whose, place = self._call, self._whose, self._deployment
        return Entry(
            self._id,
            self._at_us,
            whose.organisation_id,
            whose.subject_id,
            whose.key_id,
            whose.groups,
            call.model,
            place.id if place else "",
            call.operation,
            outcome,
            status,
            call.stream,
            counts.prompt,
            counts.completion,
            counts.cached,
            counts.reasoning,
            counts.estimated,
            (place.price if place else FREE).of(counts) if counts is not _NOTHING else 0,
            self._attempts,
            self._sent_us,
            self._first_us,
            self._elapsed_us(),
            call.request_id,
            tuple(sorted(self.findings)),
        )

    def _work_us(self) -> int:
        """Since the request's first byte, without what it waited."""
        began = self._call.began_at or self._started
        return max(0, int((self._now() - began) * 1_000_000) - self._waited_us)

    def _elapsed_us(self) -> int:
        return int((self._now() - self._started) * 1_000_000)


class Accounts:
    """Opens the account of every call."""

    def __init__(
        self, journal: Journal, limiter: Limiter, clock: Clock, observer: Observer, refusals: Refusals
    ) -> None:
        self.journal = journal
        self._refusals = refusals
        self.limiter = limiter
        self.observer = observer
        self._clock = clock

    async def open(self, call: Call, model: Model, places: Sequence[Deployment] = ()) -> Account:
        """`places` are all that may answer, the model's own if not given.

        Raises:
            What `Limiter.reserve` raises; it is written down as such.
        """
        whose = Whose.of(call.principal)
        entry_id = new_id("use")
        try:
            reservation = await self.limiter.reserve(whose, call, places or model.deployments, entry_id)
        except (RateLimitedError, QuotaExceededError):
            self._refusals.limited(call)
            raise
        return Account(self, whose, call, entry_id, reservation)

    @asynccontextmanager
    async def opened(self, call: Call, model: Model) -> AsyncGenerator[Account]:
        """The account of a call that this process answers itself; who forgets to close it has failed."""
        account = await self.open(call, model)
        try:
            account.sent(model.deployments[0])
            yield account
        except BastideError:
            account.close(Outcome.FAILED, 0)
            raise
        finally:
            account.close(Outcome.CUT, 0)

    def now_us(self) -> int:
        """Microseconds since the epoch."""
        now = self._clock.now()
        return int(now.timestamp()) * 1_000_000 + now.microsecond
