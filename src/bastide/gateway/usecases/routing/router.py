"""Which deployment a call goes to next."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from random import Random

from bastide.gateway.domain.affinity import affinity_key
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Deployment, Model, Routing, Zone
from bastide.gateway.domain.choosing import Candidate, choose
from bastide.gateway.domain.errors import ModelUnavailableError, SensitiveError, UnsupportedError
from bastide.gateway.domain.speaking import serves
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.routing.stations import Station, Stations


class Router:
    """Deployments of the model by priority, then those of its fallbacks."""

    def __init__(self, catalogue: LiveCatalogue, stations: Stations, random: Random | None = None) -> None:
        self._catalogue = catalogue
        self._stations = stations
        self._random = random or Random()  # noqa: S311  # spreads load, guards nothing

    def next(self, call: Call, model: Model, tried: Collection[str] = ()) -> Station | None:
        """The best one that was not tried yet; None when there is none to send to now."""
        now = self._stations.now()
        for each in self._chain(call, model):
            stations = [
                station
                for station in map(self._stations.of, _fitting(call, each.deployments))
                if station.deployment.id not in tried and station.usable(now)
            ]
            if stations:
                return self._choose(call, each.routing, stations)
        return None

    def places(self, call: Call, model: Model) -> list[Deployment]:
        """All that may answer, fallbacks included."""
        return [place for each in self._chain(call, model) for place in _fitting(call, each.deployments)]

    def why_none(self, call: Call, model: Model) -> Exception:
        """What to tell a client when nothing was even tried."""
        now = self._stations.now()
        places = [place for each in self._chain(call, model) for place in each.deployments]
        if fitting := _fitting(call, places):
            pause_s = min(self._stations.of(place).usable_in_s(now) for place in fitting)
            return ModelUnavailableError(
                f"No server answers for {call.model!r} at the moment.",
                model=call.model,
                retry_after_s=max(pause_s, 1),
            )
        if call.sensitive and any(place.provider.zone is Zone.CLOUD for place in places):
            return SensitiveError(
                f"{call.model!r} runs only outside, where sensitive data does not go.", model=call.model
            )
        if places:
            return UnsupportedError(f"{call.model!r} cannot do {call.operation.value}.", param="model")
        return ModelUnavailableError(f"{call.model!r} runs nowhere yet.", model=call.model)

    def _chain(self, call: Call, model: Model) -> Iterator[Model]:
        """The model, then its fallbacks as far as the caller may use them."""
        yield model
        for name in model.routing.fallbacks:
            if self._catalogue.allows(call.principal, name) and name in self._catalogue.current.models:
                yield self._catalogue.current.models[name]

    def _choose(self, call: Call, routing: Routing, stations: Sequence[Station]) -> Station:
        """Of the lowest priority where there is room; where all overflow, the lowest all the same."""
        if len(stations) == 1:
            return stations[0]
        tiers = [list(tier) for _, tier in groupby(sorted(stations, key=_priority), key=_priority)]
        chosen = tiers[0]
        if routing.overflow_queue is not None:
            for tier in tiers:
                if any(station.bulkhead.has_room(routing.overflow_queue) for station in tier):
                    chosen = tier
                    break
        chosen = [s for s in chosen if self._catalogue.reachable(s.deployment.provider.name)] or chosen
        by_id = {station.deployment.id: station for station in chosen}
        candidates = [
            Candidate(name, station.deployment.weight, station.load, station.latency_s)
            for name, station in by_id.items()
        ]
        if len(candidates) == 1:
            return chosen[0]
        key = affinity_key(routing.strategy, call)
        return by_id[choose(routing.strategy, candidates, key, self._random).id]


def _fitting(call: Call, places: Sequence[Deployment]) -> list[Deployment]:
    """Those that may and can answer: zone and operation."""
    return [
        place
        for place in places
        if (not call.sensitive or place.provider.zone is Zone.INTERNAL)
        and serves(place, call.operation)
        and place.provider.base_url
    ]


def _priority(station: Station) -> int:
    return station.deployment.priority
