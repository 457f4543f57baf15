"""Whom a call asks, one deployment after the other, until one has answered."""

import asyncio

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Model
from bastide.gateway.domain.retries import RetryBudget, pause_s
from bastide.gateway.usecases.failures import worth_repeating
from bastide.gateway.usecases.routing.router import Router
from bastide.gateway.usecases.routing.stations import Station
from bastide.kit.errors import BastideError

_MOST_ATTEMPTS = 4


class Course:
    """Other deployments first; the same again, after a pause, only where it may help.

    A request has no effect but its cost, so that asking anew is safe until an answer has begun. All retries
    together stay inside the budget.
    """

    def __init__(self, router: Router, retries: RetryBudget, call: Call, model: Model) -> None:
        self._router = router
        self._retries = retries
        self._call = call
        self._model = model
        self._tried: set[str] = set()
        self._attempts = 0
        self._last: BastideError | None = None
        retries.request()

    async def next(self) -> Station:
        """Raises how the last one failed when there is no other to ask; why, when there was none at all."""
        station, last = None, self._last
        if self._attempts < _MOST_ATTEMPTS:
            station = self._router.next(self._call, self._model, self._tried)
            if station is None and last is not None and worth_repeating(last):
                self._tried.clear()
                station = self._router.next(self._call, self._model)
                await asyncio.sleep(pause_s(self._attempts))
        if station is None or (last is not None and not self._retries.take()):
            raise last or self._router.why_none(self._call, self._model)
        self._attempts += 1
        return station

    def failed(self, station: Station, error: BastideError) -> None:
        """It has not answered."""
        self._last = error
        self._tried.add(station.deployment.id)
