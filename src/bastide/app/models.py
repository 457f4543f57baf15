"""The gateway and what answers through it, as the settings name them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bastide.app.settings import Settings
from bastide.chat.module import open_answers
from bastide.gateway.asgi.app import GatewayApp
from bastide.gateway.module import GatewayModule, configured_provider
from bastide.identity.contract import Policy
from bastide.kit.clock import Clock
from bastide.knowledge.contract import Knowledge
from bastide.models.contract import Embedder
from bastide.models.module import open_reader


@asynccontextmanager
async def open_gateway(
    settings: Settings, knowledge: Knowledge, embedder: Embedder, policy: Policy, clock: Clock
) -> AsyncGenerator[GatewayApp]:
    """The inference routes, running: providers are asked for their models in the background."""
    reader = open_reader()
    module = GatewayModule(
        reader=reader,
        embedder=embedder,
        policy=policy,
        clock=clock,
        discover=settings.gateway.discover,
        providers=[
            configured_provider(
                name=provider.name,
                kind=provider.kind,
                url=provider.url,
                api_key=provider.api_key.get_secret_value() if provider.api_key else None,
                zone=provider.zone,
                models=provider.models,
            )
            for provider in settings.gateway.providers
        ],
    )
    async with module.running():
        yield module.application(open_answers(knowledge, module.gateway, reader))
