"""Builds the gateway from what the app gives it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import structlog

from bastide.chat.contract import Answers
from bastide.gateway.adapters.counters import open_counters
from bastide.gateway.adapters.file_journal import FileJournal
from bastide.gateway.adapters.http1.client import Http1Upstream
from bastide.gateway.adapters.prometheus import GatewayMetrics
from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.asgi.aggregation import Aggregation
from bastide.gateway.asgi.app import PREFIXES, GatewayApp
from bastide.gateway.asgi.inference import Inference, Local, Rules
from bastide.gateway.asgi.models import Models
from bastide.gateway.configuration import Bounds, Configured, Storage, Telemetry
from bastide.gateway.contract import Gateway
from bastide.gateway.domain.catalogue import (
    Provider,
    embedder_model,
)
from bastide.gateway.ports.observer import Observer
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.aggregate import Aggregate
from bastide.gateway.usecases.answer_cache import AnswerCache, Policies
from bastide.gateway.usecases.catalogue import SETTINGS, LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.gateway.usecases.discover import Discovery
from bastide.gateway.usecases.generate import GatewayService
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.ledger.account import Accounts
from bastide.gateway.usecases.ledger.refusals import Refusals
from bastide.gateway.usecases.ledger.settle import Settler
from bastide.gateway.usecases.limits.limiter import Limiter
from bastide.gateway.usecases.observers import Observers
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.gateway.usecases.prompts.log import PromptLog
from bastide.gateway.usecases.prompts.read import ReadPrompts
from bastide.gateway.usecases.report_usage import ReportUsage
from bastide.gateway.usecases.routing.router import Router
from bastide.gateway.usecases.routing.stations import Stations
from bastide.gateway.usecases.sync import Sync
from bastide.identity.contract import Policy
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.models.contract import Embedder, Reader

_log = structlog.get_logger()


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
        telemetry = telemetry or Telemetry()
        self._reader = reader
        self._embedder = embedder
        self.policy = policy
        self._clock = clock
        self._sizes = bounds.sizes
        self.keyring = storage.keyring
        self._keep_alive_s = bounds.keep_alive_s
        self._upstream = Http1Upstream(connect_timeout_s=bounds.connect_timeout_s)
        self.stations = Stations(bounds.breaker)
        self.catalogue = _known_from_the_start(configured, embedder)
        self._discovery = Discovery(self.catalogue, self._upstream, configured.asked)
        store = SqlGatewayStore(storage.database, storage.outbox, storage.audit)
        self._traced = telemetry.traces is not None
        self._observer = self._observed_by(telemetry)
        self.books = _Books(store, storage, self.catalogue, clock, self._observer)
        self._guards = Guards(store, storage.audit, self.books.refusals)
        self.policies = Policies(store)
        self._cache = AnswerCache(
            storage.cache, storage.keyring, clock, self._guards, self.policies, self.books.accounts
        )
        self._prompts = PromptLog(store, storage.data_keys, self.policies, clock)
        self.read_prompts = ReadPrompts(store, self._prompts, storage.data_keys, policy)
        self._pipeline = Pipeline(
            self.catalogue,
            Router(self.catalogue, self.stations),
            self._upstream,
            bounds.timeouts,
            self.books.accounts,
            self._guards,
        )
        fixed = [each.provider for each in configured.asked]
        self._sync = self._synchronised(store, storage, fixed)
        self.changes = Changes(store, self._sync, policy, clock, fixed, configured.models)
        self.report = ReportUsage(store, self.books.settler, policy)
        self.gateway: Gateway = GatewayService(
            self.catalogue, self._pipeline, reader, self.books.accounts, self._guards
        )

    def _synchronised(self, store: GatewayStore, storage: Storage, fixed: Sequence[Provider]) -> Sync:
        return Sync(
            store,
            self.catalogue,
            self._discovery,
            storage.cache,
            storage.keyring,
            fixed,
            [self.books.limiter, self._guards, self.policies],
        )

    def _observed_by(self, telemetry: Telemetry) -> Observer:
        metrics = GatewayMetrics(lambda: self.catalogue.current, self.stations)
        telemetry.registry.register(metrics)
        return Observers(metrics, *([telemetry.traces] if telemetry.traces else []))

    def application(self, answers: Answers) -> GatewayApp:
        """The inference routes; `answers` grounds those that ask for it."""
        inference = Inference(
            self.catalogue,
            self._pipeline,
            self.books.accounts,
            Rules(self._guards, self._cache, self._prompts),
            self.policy,
            Local(
                self._reader,
                self._embedder,
                answers,
                Aggregation(self.catalogue, Aggregate(self.gateway), self._clock),
            ),
            self._clock,
            self._sizes,
        )
        models = Models(self.catalogue, self.policy, int(self._clock.now().timestamp()))
        return GatewayApp(inference, models, self._observer, self._keep_alive_s, traced=self._traced)

    async def discovered(self) -> None:
        """Returns once every provider has been asked for its models."""
        await self._discovery.asked()

    def lost_fallbacks(self) -> Sequence[str]:
        """`model → fallback` where the fallback is not there; nothing before every provider was asked."""
        if not self._discovery.has_asked:
            return ()
        models = self.catalogue.current.models.values()
        return [f"{model.name} → {name}" for model in models for name in self.catalogue.gone(model)]

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Reads what is stored, then follows it; asks the providers in the background.

        Raises:
            UnavailableError: the database cannot be read.
        """
        await self._sync.load()
        await self.books.settler.recover()
        loops = {
            "discovery": self._discovery.run(),
            "sync": self._sync.follow(),
            "ledger": self.books.settler.run(),
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
        await self.books.counters.close()
        try:
            await self.books.settler.flush()
            await self._prompts.flush()
        except UnavailableError as error:
            _log.warning("ledger.waits", error=str(error))  # the next start finds the journal
        self.books.journal.close()


class _Books:
    """What calls take: held against limits, written into the journal, settled in the ledger."""

    def __init__(
        self,
        store: GatewayStore,
        storage: Storage,
        catalogue: LiveCatalogue,
        clock: Clock,
        observer: Observer,
    ) -> None:
        self.counters = open_counters(storage.cache_url)
        self.journal = FileJournal(storage.journal)
        self.limiter = Limiter(store, self.counters, clock)
        self.refusals = Refusals(self.journal, catalogue, clock)
        self.accounts = Accounts(self.journal, self.limiter, clock, observer, self.refusals)
        self.settler = Settler(self.journal, store, self.limiter, clock)


def _known_from_the_start(configured: Configured, embedder: Embedder | None) -> LiveCatalogue:
    built_in = [] if embedder is None else [embedder_model(embedder.name, embedder.max_tokens)]
    catalogue = LiveCatalogue(*built_in)
    catalogue.put(SETTINGS, configured.served)
    return catalogue


def _report(task: asyncio.Task[None]) -> None:
    """A loop that ends by itself is a mistake of ours: say so at once."""
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.critical("gateway.loop_died", loop=task.get_name(), exc_info=error)
