"""What administrators write into the catalogue, as it is stored."""

from dataclasses import dataclass

from bastide.gateway.domain.catalogue import (
    DEFAULT_ROUTING,
    Deployment,
    Model,
    Provider,
    ProviderKind,
    Routing,
    Zone,
)
from bastide.gateway.domain.prices import FREE, Price


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A provider that was added by API.

    Attributes:
        sealed_key: its API key, sealed for the context `gateway:provider:<name>`.
        lists: offer every model that its server lists, beyond those that deployments name.
    """

    name: str
    kind: ProviderKind
    url: str
    zone: Zone
    lists: bool = True
    api_version: str | None = None
    sealed_key: bytes | None = None
    protocols: frozenset[str] = frozenset()

    @property
    def seal_context(self) -> str:
        """What the sealed key is bound to."""
        return provider_seal_context(self.name)


def provider_seal_context(name: str) -> str:
    """What the key of the provider of this name is bound to."""
    return f"gateway:provider:{name}"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """A public name and how its requests are routed."""

    name: str
    routing: Routing = DEFAULT_ROUTING


@dataclass(frozen=True, slots=True)
class DeploymentEntry:
    """A place where a model runs; fields as in `Deployment`, the provider by name."""

    id: str
    model: str
    provider: str
    upstream_name: str
    weight: int = 1
    priority: int = 0
    price: Price = FREE
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    operations: frozenset[str] = frozenset()
    max_concurrency: int | None = None
    max_queue: int = 64

    def at(self, provider: Provider) -> Deployment:
        """The deployment at its provider."""
        return Deployment(
            self.id,
            provider,
            self.upstream_name,
            self.weight,
            self.priority,
            self.price,
            self.context_tokens,
            self.max_output_tokens,
            self.operations,
            self.max_concurrency,
            self.max_queue,
        )


@dataclass(frozen=True, slots=True)
class Entries:
    """Everything that is stored; `revision` counts the changes."""

    revision: int
    providers: tuple[ProviderEntry, ...]
    models: tuple[ModelEntry, ...]
    deployments: tuple[DeploymentEntry, ...]


def models_of(
    models: tuple[ModelEntry, ...], deployments: tuple[DeploymentEntry, ...], providers: dict[str, Provider]
) -> list[Model]:
    """The entries as models; a deployment whose provider is not there is left out until it is."""
    found: list[Model] = []
    for entry in models:
        places = tuple(
            each.at(providers[each.provider])
            for each in deployments
            if each.model == entry.name and each.provider in providers
        )
        contexts = [place.context_tokens for place in places if place.context_tokens]
        owner = places[0].provider.name if places else ""
        found.append(Model(entry.name, places, owner, min(contexts) if contexts else None, entry.routing))
    return found
