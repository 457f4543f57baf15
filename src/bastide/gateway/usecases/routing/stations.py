"""What this process knows of each deployment besides the catalogue: load, health, speed."""

import asyncio
from dataclasses import dataclass

from bastide.gateway.domain.breaker import Breaker, BreakerPolicy, BreakerState
from bastide.gateway.domain.catalogue import Deployment
from bastide.gateway.usecases.routing.bulkhead import Bulkhead

_SMOOTHING = 0.2  # of a new latency; older ones fade


@dataclass(frozen=True, slots=True)
class Health:
    """A deployment's state, to be shown. `latency_s` is a recent time to the first token."""

    running: int
    waiting: int
    latency_s: float
    breaker: BreakerState
    retry_after_s: float


class Station:
    """The living side of a deployment; outlives changes of the catalogue."""

    def __init__(self, deployment: Deployment, policy: BreakerPolicy) -> None:
        self.deployment = deployment
        self.bulkhead = Bulkhead(deployment.max_concurrency, deployment.max_queue)
        self.breaker = Breaker(policy)
        self.latency_s = 0.0
        self.resting_until = 0.0

    def update(self, deployment: Deployment) -> None:
        if deployment is self.deployment:
            return
        if deployment.provider != self.deployment.provider:
            self.breaker = Breaker(self.breaker.policy)  # another server: what is known is of the old one
            self.latency_s = self.resting_until = 0.0
        self.deployment = deployment
        self.bulkhead.resize(deployment.max_concurrency, deployment.max_queue)

    @property
    def load(self) -> int:
        return self.bulkhead.running + self.bulkhead.waiting

    def usable(self, now: float) -> bool:
        """Whether a request may be sent: the breaker allows it, and the server asked for no pause."""
        return self.breaker.allows(now) and now >= self.resting_until

    def usable_in_s(self, now: float) -> float:
        return max(self.breaker.retry_after_s(now), self.resting_until - now, 0.0)

    def answered(self, latency_s: float) -> None:
        """The first token, or a whole answer's head, took so long."""
        known = self.latency_s or latency_s
        self.latency_s = known + _SMOOTHING * (latency_s - known)

    def health(self, now: float) -> Health:
        return Health(
            self.bulkhead.running,
            self.bulkhead.waiting,
            self.latency_s,
            self.breaker.state(now),
            self.usable_in_s(now),
        )


class Stations:
    """Every deployment's station, made when first needed."""

    def __init__(self, policy: BreakerPolicy | None = None) -> None:
        self._policy = policy or BreakerPolicy()
        self._stations: dict[str, Station] = {}

    def of(self, deployment: Deployment) -> Station:
        station = self._stations.get(deployment.id)
        if station is None:
            station = self._stations[deployment.id] = Station(deployment, self._policy)
        elif station.deployment is not deployment:
            station.update(deployment)
        return station

    @staticmethod
    def now() -> float:
        return asyncio.get_running_loop().time()
