"""How the deployments are doing, for administrators and the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.gateway.domain.catalogue import Deployment
from bastide.gateway.domain.trouble import Trouble
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.routing.stations import Health, Stations
from bastide.identity.contract import Action, Policy, Principal


@dataclass(frozen=True, slots=True)
class DeploymentHealth:
    """A deployment as this process sees it; `trouble` says why its server did not list its models."""

    model: str
    deployment: Deployment
    trouble: Trouble | None
    health: Health


@dataclass(frozen=True, slots=True)
class Observe:
    catalogue: LiveCatalogue
    stations: Stations
    policy: Policy

    def __call__(self, principal: Principal) -> Sequence[DeploymentHealth]:
        self.policy.require(principal, Action.ORGANISATION_MANAGE)
        now = self.stations.now()
        return [
            DeploymentHealth(
                model.name,
                place,
                self.catalogue.trouble(place.provider.name),
                self.stations.of(place).health(now),
            )
            for model in self.catalogue.current.models.values()
            for place in model.deployments
            if not model.built_in
        ]
