"""The gateway, with what answers through it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from bastide.app.backends import Backends
from bastide.app.gateway import configured_gateway, gateway_bounds
from bastide.app.settings import Settings
from bastide.app.version import VERSION
from bastide.chat.module import open_answers
from bastide.gateway.asgi.app import GatewayApp
from bastide.gateway.configuration import Storage, Telemetry
from bastide.gateway.module import GatewayModule
from bastide.identity.contract import Policy
from bastide.kit.clock import Clock
from bastide.knowledge.contract import Knowledge
from bastide.models.contract import Embedder
from bastide.models.module import open_reader
from bastide.operations.contract import Audit
from bastide.platform.secrets.port import Keyring

if TYPE_CHECKING:
    from bastide.gateway.adapters.otel import CallTraces


@dataclass(frozen=True, slots=True)
class OpenGateway:
    """`inference` answers the inference routes."""

    inference: GatewayApp
    module: GatewayModule


@asynccontextmanager
async def open_gateway(
    settings: Settings,
    backends: Backends,
    keyring: Keyring,
    knowledge: Knowledge | None,
    embedder: Embedder | None,
    policy: Policy,
    clock: Clock,
    audit: Audit,
) -> AsyncGenerator[OpenGateway]:
    """Running: providers are asked for their models in the background.

    Without `knowledge` nothing is grounded in documents; without `embedder` no model of ours embeds.
    """
    reader = open_reader()
    async with _traces(settings) as traces:
        module = GatewayModule(
            reader=reader,
            embedder=embedder,
            policy=policy,
            clock=clock,
            storage=Storage(
                backends.database,
                backends.outbox,
                backends.cache,
                keyring,
                settings.home / "journal",
                audit,
                backends.data_keys,
                settings.cache_url,
            ),
            configured=configured_gateway(settings),
            bounds=gateway_bounds(settings),
            telemetry=Telemetry(backends.registry, traces),
        )
        async with module.running():
            answers = open_answers(knowledge, module.gateway, reader)
            yield OpenGateway(module.application(answers), module)


@asynccontextmanager
async def _traces(settings: Settings) -> AsyncGenerator["CallTraces | None"]:
    """What is still to be sent is sent at the end, whatever the end is."""
    if settings.otlp_url is None:
        yield None
        return
    otel = import_module("bastide.gateway.adapters.otel")  # half a second and 20 MB that few need
    traces: CallTraces = otel.open_traces(settings.otlp_url, VERSION)
    try:
        yield traces
    finally:
        await asyncio.to_thread(traces.close)
