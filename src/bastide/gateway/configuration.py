"""What the app says of the gateway: where it keeps things, which models there are, what bounds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CollectorRegistry

from bastide.gateway.asgi.inference import Sizes
from bastide.gateway.domain.breaker import BreakerPolicy
from bastide.gateway.domain.catalogue import (
    Model,
    Provider,
    ProviderKind,
    Routing,
    Source,
    Strategy,
    Zone,
    base_url,
)
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry, models_of
from bastide.gateway.domain.prices import Price, per_million
from bastide.gateway.ports.observer import Observer
from bastide.gateway.usecases.discover import ConfiguredProvider, local_servers
from bastide.gateway.usecases.patience import Timeouts
from bastide.operations.contract import Audit
from bastide.platform.cache.port import Cache
from bastide.platform.database.port import Database
from bastide.platform.outbox.port import Outbox
from bastide.platform.secrets.data_keys import DataKeys
from bastide.platform.secrets.port import Keyring


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the gateway keeps what administrators decide and what was used.

    Attributes:
        journal: a folder of this machine; calls are written there before they are in the database.
        data_keys: of organisations; what they keep of their calls is sealed with them.
        cache_url: counters of limits are shared where the cache is.
    """

    database: Database
    outbox: Outbox
    cache: Cache
    keyring: Keyring
    journal: Path
    audit: Audit
    data_keys: DataKeys
    cache_url: str = "memory:"


@dataclass(frozen=True, slots=True)
class Configured:
    """What the settings file says of models."""

    providers: Sequence[ConfiguredProvider] = ()
    models: Sequence[ModelEntry] = ()
    deployments: Sequence[DeploymentEntry] = ()
    discover: bool = True

    @property
    def asked(self) -> list[ConfiguredProvider]:
        """The providers named, and the usual ports of this machine."""
        return [*self.providers, *(local_servers() if self.discover else [])]

    @property
    def served(self) -> list[Model]:
        """The models named, where they run."""
        providers = {each.provider.name: each.provider for each in self.asked}
        return models_of(tuple(self.models), tuple(self.deployments), providers)


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long, how large, how often. The time to connect is part of that to the first token.

    Attributes:
        keep_alive_s: after so much silence the client of a stream gets a comment, before the first token too.
    """

    connect_timeout_s: float = 5.0
    keep_alive_s: float = 15.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    sizes: Sizes = field(default_factory=Sizes)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Where metrics are registered, and who else is told how calls went."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    traces: Observer | None = None


def configured_provider(
    *,
    name: str,
    kind: str,
    url: str,
    api_key: str | None,
    zone: str,
    models: Sequence[str] = (),
    api_version: str | None = None,
    protocols: Sequence[str] = (),
) -> ConfiguredProvider:
    """A provider as the settings write it; `url` up to and with `/v1` but for Azure.

    A model that has another name there is written `public=upstream`.
    """
    provider = Provider(
        name,
        ProviderKind(kind),
        base_url(ProviderKind(kind), url),
        api_key,
        Zone(zone),
        Source.SETTINGS,
        api_version,
        frozenset(protocols),
    )
    names = [model.partition("=") for model in models]
    return ConfiguredProvider(provider, tuple((public, upstream or public) for public, _, upstream in names))


__all__ = [
    "Bounds",
    "BreakerPolicy",
    "Configured",
    "DeploymentEntry",
    "ModelEntry",
    "Price",
    "Routing",
    "Sizes",
    "Storage",
    "Strategy",
    "Telemetry",
    "Timeouts",
    "configured_provider",
    "per_million",
]
