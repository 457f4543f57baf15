"""Builds the gateway from what the app gives it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from fastapi import APIRouter, Request
from prometheus_client import CollectorRegistry

from bastide.chat.contract import Answers
from bastide.gateway.adapters.counters import open_counters
from bastide.gateway.adapters.file_journal import FileJournal
from bastide.gateway.adapters.http1.client import Http1Upstream
from bastide.gateway.adapters.prometheus import GatewayMetrics
from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.asgi.aggregation import Aggregation
from bastide.gateway.asgi.app import PREFIXES, GatewayApp
from bastide.gateway.asgi.inference import Inference, Local, Rules, Sizes
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
    base_url,
    embedder_model,
)
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry, models_of
from bastide.gateway.domain.prices import Price, per_million
from bastide.gateway.http.guardrails import guardrails_router
from bastide.gateway.http.health import health_router
from bastide.gateway.http.inference import inference_paths
from bastide.gateway.http.limits import limits_router
from bastide.gateway.http.models import deployments_router, models_router
from bastide.gateway.http.policy import policy_router
from bastide.gateway.http.prompts import prompts_router
from bastide.gateway.http.providers import providers_router
from bastide.gateway.http.usage import usage_router
from bastide.gateway.ports.observer import Observer
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.aggregate import Aggregate
from bastide.gateway.usecases.answer_cache import AnswerCache, Policies
from bastide.gateway.usecases.catalogue import SETTINGS, LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.gateway.usecases.discover import ConfiguredProvider, Discovery, local_servers
from bastide.gateway.usecases.generate import GatewayService
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.ledger.account import Accounts
from bastide.gateway.usecases.ledger.settle import Settler
from bastide.gateway.usecases.limits.limiter import Limiter
from bastide.gateway.usecases.manage_guardrails import ManageGuardrails
from bastide.gateway.usecases.manage_limits import ManageLimits
from bastide.gateway.usecases.manage_models import ManageModels
from bastide.gateway.usecases.manage_policy import ManagePolicy
from bastide.gateway.usecases.manage_providers import ManageProviders
from bastide.gateway.usecases.observe import Observe
from bastide.gateway.usecases.observers import Observers
from bastide.gateway.usecases.patience import Timeouts
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.gateway.usecases.prompts.log import PromptLog
from bastide.gateway.usecases.prompts.read import ReadPrompts
from bastide.gateway.usecases.report_usage import ReportUsage
from bastide.gateway.usecases.routing.router import Router
from bastide.gateway.usecases.routing.stations import Stations
from bastide.gateway.usecases.sync import Sync
from bastide.identity.contract import Policy, Principal
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.models.contract import Embedder, Reader
from bastide.operations.contract import Audit
from bastide.platform.cache.port import Cache
from bastide.platform.database.port import Database
from bastide.platform.outbox.port import Outbox
from bastide.platform.secrets.data_keys import DataKeys
from bastide.platform.secrets.port import Keyring

_log = structlog.get_logger()


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
        keep_alive_s: after so much silence in a stream the client gets a comment.
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
        telemetry: Telemetry | None = None,
    ) -> None:
        configured, bounds = configured or Configured(), bounds or Bounds()
        self._reader = reader
        self._embedder = embedder
        self._policy = policy
        self._clock = clock
        self._sizes = bounds.sizes
        self._keyring = storage.keyring
        self._keep_alive_s = bounds.keep_alive_s
        self._upstream = Http1Upstream(connect_timeout_s=bounds.connect_timeout_s)
        self._stations = Stations(bounds.breaker)
        built_in = [] if embedder is None else [embedder_model(embedder.name, embedder.max_tokens)]
        self._catalogue = LiveCatalogue(*built_in)
        self._discovery = Discovery(self._catalogue, self._upstream, configured.asked)
        self._catalogue.put(SETTINGS, configured.served)
        store = SqlGatewayStore(storage.database, storage.outbox, storage.audit)
        self._guards = Guards(store, storage.audit)
        self._counters = open_counters(storage.cache_url)
        self._journal = FileJournal(storage.journal)
        self._limiter = Limiter(store, self._counters, clock)
        telemetry = telemetry or Telemetry()
        self._traced = telemetry.traces is not None
        self._observer = self._observed_by(telemetry)
        self._accounts = Accounts(self._journal, self._limiter, clock, self._observer)
        self._settler = Settler(self._journal, store, self._limiter, clock)
        router = Router(self._catalogue, self._stations)
        self._policies = Policies(store)
        self._cache = AnswerCache(
            storage.cache, storage.keyring, clock, self._guards, self._policies, self._accounts
        )
        self._prompts = PromptLog(store, storage.data_keys, self._policies, clock)
        self._read_prompts = ReadPrompts(store, self._prompts, storage.data_keys, policy)
        self._pipeline = Pipeline(
            self._catalogue, router, self._upstream, bounds.timeouts, self._accounts, self._guards
        )
        fixed = [each.provider for each in configured.asked]
        self._sync = self._synchronised(store, storage, fixed)
        self._changes = Changes(store, self._sync, policy, clock, fixed, configured.models)
        self._report = ReportUsage(store, self._settler, policy)
        self.gateway: Gateway = GatewayService(
            self._catalogue, self._pipeline, reader, self._accounts, self._guards
        )

    def _synchronised(self, store: GatewayStore, storage: Storage, fixed: Sequence[Provider]) -> Sync:
        return Sync(
            store,
            self._catalogue,
            self._discovery,
            storage.cache,
            storage.keyring,
            fixed,
            [self._limiter, self._guards, self._policies],
        )

    def _observed_by(self, telemetry: Telemetry) -> Observer:
        metrics = GatewayMetrics(lambda: self._catalogue.current, self._stations)
        telemetry.registry.register(metrics)
        return Observers(metrics, *([telemetry.traces] if telemetry.traces else []))

    def application(self, answers: Answers) -> GatewayApp:
        """The inference routes; `answers` grounds those that ask for it."""
        inference = Inference(
            self._catalogue,
            self._pipeline,
            self._accounts,
            Rules(self._guards, self._cache, self._prompts),
            self._policy,
            Local(
                self._reader,
                self._embedder,
                answers,
                Aggregation(self._catalogue, Aggregate(self.gateway), self._clock),
            ),
            self._clock,
            self._sizes,
        )
        models = Models(self._catalogue, int(self._clock.now().timestamp()))
        return GatewayApp(inference, models, self._observer, self._keep_alive_s, traced=self._traced)

    def routers(self, principal: Callable[[Request], Principal]) -> list[APIRouter]:
        """What administrators call."""
        changes = self._changes
        models = ManageModels(changes, self._catalogue)
        return [
            providers_router(ManageProviders(changes, self._catalogue, self._keyring), principal),
            models_router(models, principal),
            deployments_router(models, principal),
            limits_router(ManageLimits(changes, self._limiter), principal),
            guardrails_router(ManageGuardrails(changes), principal),
            policy_router(ManagePolicy(changes, self._policies), principal),
            prompts_router(self._read_prompts, principal),
            usage_router(self._report, principal),
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
        await self._settler.recover()
        loops = {
            "discovery": self._discovery.run(),
            "sync": self._sync.follow(),
            "ledger": self._settler.run(),
            "prompts": self._prompts.run(),
        }
        tasks = [asyncio.create_task(loop, name=f"gateway-{name}") for name, loop in loops.items()]
        for task in tasks:
            task.add_done_callback(_report)
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._stop()

    async def _stop(self) -> None:
        await self._upstream.close()
        await self._counters.close()
        try:
            await self._settler.flush()
            await self._prompts.flush()
        except UnavailableError as error:
            _log.warning("ledger.waits", error=str(error))  # the next start finds the journal
        self._journal.close()


def _report(task: asyncio.Task[None]) -> None:
    """A loop that ends by itself is a mistake of ours: say so at once."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("gateway.loop_died", loop=task.get_name(), exc_info=error)


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
    "GatewayModule",
    "ModelEntry",
    "Price",
    "Routing",
    "Sizes",
    "Storage",
    "Strategy",
    "Telemetry",
    "Timeouts",
    "configured_provider",
    "inference_paths",
    "per_million",
]
