"""Builds the gateway from what the app gives it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from bastide.chat.contract import Answers
from bastide.gateway.adapters.http1.client import Http1Upstream
from bastide.gateway.asgi.app import PREFIXES, GatewayApp
from bastide.gateway.asgi.inference import Inference, Sizes
from bastide.gateway.asgi.models import Models
from bastide.gateway.contract import Gateway
from bastide.gateway.domain.catalogue import Provider, ProviderKind, Source, Zone, embedder_model
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.discover import ConfiguredProvider, Discovery, local_servers
from bastide.gateway.usecases.generate import GatewayService
from bastide.gateway.usecases.patience import Timeouts
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.identity.contract import Policy
from bastide.kit.clock import Clock
from bastide.models.contract import Embedder, Reader


class GatewayModule:
    """The slice. `gateway` is for other slices; `application(answers)` for the server, under `prefixes`."""

    prefixes = PREFIXES

    def __init__(
        self,
        *,
        reader: Reader,
        embedder: Embedder | None = None,
        policy: Policy,
        clock: Clock,
        providers: Sequence[ConfiguredProvider] = (),
        discover: bool = True,
        timeouts: Timeouts | None = None,
        sizes: Sizes | None = None,
    ) -> None:
        self._reader = reader
        self._policy = policy
        self._clock = clock
        self._sizes = sizes or Sizes()
        self._upstream = Http1Upstream()
        self._embedder = embedder
        built_in = [] if embedder is None else [embedder_model(embedder.name, embedder.max_tokens)]
        self._catalogue = LiveCatalogue(*built_in)
        self._pipeline = Pipeline(self._catalogue, self._upstream, timeouts or Timeouts())
        found = local_servers() if discover else []
        self._discovery = Discovery(self._catalogue, self._upstream, [*providers, *found])
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

    async def discovered(self) -> None:
        """Returns once every provider has been asked for its models."""
        await self._discovery.asked()

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Asks the providers for their models in the background; the start waits for none of them."""
        task = asyncio.create_task(self._discovery.run(), name="gateway-discovery")
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
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


__all__ = ["GatewayModule", "Sizes", "Timeouts", "configured_provider"]
