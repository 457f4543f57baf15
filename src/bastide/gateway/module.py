"""Builds the gateway from what the app gives it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from fastapi import APIRouter, Request

from bastide.chat.contract import Answers
from bastide.gateway.adapters.http1.client import Http1Upstream
from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.asgi.app import PREFIXES, GatewayApp
from bastide.gateway.asgi.inference import Inference, Sizes
from bastide.gateway.asgi.models import Models
from bastide.gateway.contract import Gateway
from bastide.gateway.domain.breaker import BreakerPolicy
from bastide.gateway.domain.catalogue import (
    Model,
    Provider,
    ProviderKind,
    Routing,
    Source,
    Strategy,
    Zone,
    embedder_model,
)
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry, models_of
from bastide.gateway.domain.prices import Price, per_million
from bastide.gateway.http.health import health_router
from bastide.gateway.http.models import deployments_router, models_router
from bastide.gateway.http.providers import providers_router
from bastide.gateway.usecases.catalogue import SETTINGS, LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.gateway.usecases.discover import ConfiguredProvider, Discovery, local_servers
from bastide.gateway.usecases.generate import GatewayService
from bastide.gateway.usecases.manage_models import ManageModels
from bastide.gateway.usecases.manage_providers import ManageProviders
from bastide.gateway.usecases.observe import Observe
from bastide.gateway.usecases.patience import Timeouts
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.gateway.usecases.routing.router import Router
from bastide.gateway.usecases.routing.stations import Stations
from bastide.gateway.usecases.sync import Sync
from bastide.identity.contract import Policy, Principal
from bastide.kit.clock import Clock
from bastide.models.contract import Embedder, Reader
from bastide.platform.cache.port import Cache
from bastide.platform.database.port import Database
from bastide.platform.outbox.port import Outbox
from bastide.platform.secrets.port import Keyring


@dataclass(frozen=True, slots=True)
class Storage:
    """Where the gateway keeps what administrators decide."""

    database: Database
    outbox: Outbox
    cache: Cache
    keyring: Keyring


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
    """How long, how large, how often. The time to connect is part of that to the first token."""

    connect_timeout_s: float = 5.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    sizes: Sizes = field(default_factory=Sizes)
    breaker: BreakerPolicy = field(default_factory=BreakerPolicy)


class GatewayModule:
    """The slice. `gateway` is for other slices; `application(answers)` for the server, under `prefixes`."""

    prefixes = PREFIXES

    def __init__(
        self,
        *,
        reader: Reader,
        embedder: Embedder | None,
        policy: Policy,
        clock: Clock,
        storage: Storage,
        configured: Configured | None = None,
        bounds: Bounds | None = None,
    ) -> None:
        configured, bounds = configured or Configured(), bounds or Bounds()
        self._reader = reader
        self._embedder = embedder
        self._policy = policy
        self._clock = clock
        self._sizes = bounds.sizes
        self._upstream = Http1Upstream(connect_timeout_s=bounds.connect_timeout_s)
        self._stations = Stations(bounds.breaker)
        built_in = [] if embedder is None else [embedder_model(embedder.name, embedder.max_tokens)]
        self._catalogue = LiveCatalogue(*built_in)
        router = Router(self._catalogue, self._stations)
        self._pipeline = Pipeline(self._catalogue, router, self._upstream, bounds.timeouts)
        self._discovery = Discovery(self._catalogue, self._upstream, configured.asked)
        self._catalogue.put(SETTINGS, configured.served)
        store = SqlGatewayStore(storage.database, storage.outbox)
        fixed = [each.provider for each in configured.asked]
        self._sync = Sync(store, self._catalogue, self._discovery, storage.cache, storage.keyring, fixed)
        changes = Changes(store, self._sync, policy, clock, fixed, configured.models)
        self._providers = ManageProviders(changes, self._catalogue, storage.keyring)
        self._models = ManageModels(changes, self._catalogue)
        self.gateway: Gateway = GatewayService(self._catalogue, self._pipeline, reader)

    def application(self, answers: Answers) -> GatewayApp:
        """The inference routes; `answers` grounds those that ask for it."""
        inference = Inference(
            self._catalogue,
            self._pipeline,
            self._reader,
            self._embedder,
            answers,
            self._policy,
            self._clock,
            self._sizes,
        )
        return GatewayApp(inference, Models(self._catalogue, int(self._clock.now().timestamp())))

    def routers(self, principal: Callable[[Request], Principal]) -> list[APIRouter]:
        """What administrators call."""
        return [
            providers_router(self._providers, principal),
            models_router(self._models, principal),
            deployments_router(self._models, principal),
            health_router(Observe(self._catalogue, self._stations, self._policy), principal),
        ]

    async def discovered(self) -> None:
        """Returns once every provider has been asked for its models."""
        await self._discovery.asked()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Reads what is stored, then follows it; asks the providers in the background.

        Raises:
            UnavailableError: the database cannot be read.
        """
        await self._sync.load()
        tasks = [
            asyncio.create_task(self._discovery.run(), name="gateway-discovery"),
            asyncio.create_task(self._sync.follow(), name="gateway-sync"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._upstream.close()


def configured_provider(
    *, name: str, kind: str, url: str, api_key: str | None, zone: str, models: Sequence[str] = ()
) -> ConfiguredProvider:
    """A provider as the settings write it; `url` up to and with `/v1` for OpenAI-compatible servers.

    A model that has another name there is written `public=upstream`.
    """
    provider = Provider(
        name, ProviderKind(kind), url.rstrip("/"), api_key, zone=Zone(zone), source=Source.SETTINGS
    )
    names = [model.partition("=") for model in models]
    return ConfiguredProvider(provider, tuple((public, upstream or public) for public, _, upstream in names))


__all__ = [
    "Bounds",
    "BreakerPolicy",
    "Configured",
    "DeploymentEntry",
    "GatewayModule",
    "ModelEntry",
    "Price",
    "Routing",
    "Sizes",
    "Storage",
    "Strategy",
    "Timeouts",
    "configured_provider",
    "per_million",
]
