"""Keeps this process's picture equal to what is stored, whoever changed it."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from bastide.gateway.domain.catalogue import Provider, Source
from bastide.gateway.domain.entries import Entries, ProviderEntry, models_of
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.catalogue import STORED, LiveCatalogue
from bastide.gateway.usecases.discover import ConfiguredProvider, Discovery
from bastide.kit.errors import UnavailableError
from bastide.platform.cache.port import Cache
from bastide.platform.secrets.port import Keyring, SealBrokenError
from bastide.platform.uninterrupted import told_to_end

_CHANNEL = "gateway:changed"
_POLL_S = 5.0  # for a message that was lost; while the channel is down, every half second
_POLL_UNHEARD_S = 0.5
_log = structlog.get_logger()


class Loaded(Protocol):
    """Something else that is read anew after each change."""

    async def reload(self) -> None: ...


class Sync:
    """Loads at the start, after each change of this process, and when another one tells of a change.

    Args:
        fixed: providers of the settings and of this machine: entries of their names do not count.
        others: reloaded together with the catalogue.
    """

    def __init__(
        self,
        store: GatewayStore,
        catalogue: LiveCatalogue,
        discovery: Discovery,
        cache: Cache,
        keyring: Keyring,
        fixed: Sequence[Provider],
        others: Sequence[Loaded] = (),
    ) -> None:
        self._store = store
        self._catalogue = catalogue
        self._discovery = discovery
        self._cache = cache
        self._keyring = keyring
        self._fixed = {provider.name: provider for provider in fixed}
        self._others = others
        self._revision = -1
        self._lock = asyncio.Lock()
        self._heard = False

    async def load(self) -> None:
        """Read everything and swap it in at once. Raises UnavailableError: the old picture stays."""
        async with self._lock:
            async with self._store.reading() as unit:
                entries = await unit.catalogue.entries()
            stored = [await self._configured(entry) for entry in entries.providers]
            self._apply(entries, [each for each in stored if each.provider.name not in self._fixed])
            for other in self._others:
                await other.reload()
            self._revision = entries.revision

    async def announce(self) -> None:
        """After the commit of a change: here at once, in every other process as the cache tells it."""
        await self.load()
        await self._cache.publish(_CHANNEL, b"")

    async def follow(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._poll())

    async def _listen(self) -> None:
        while not told_to_end():
            try:
                async with self._cache.subscribe(_CHANNEL) as messages:
                    self._heard = True
                    async for _ in messages:
                        await self._reload()
                        if told_to_end():
                            return
            except UnavailableError as error:
                _log.warning("gateway.changes_unheard", error=str(error))
            self._heard = False
            await asyncio.sleep(_POLL_UNHEARD_S)

    async def _poll(self) -> None:
        while not told_to_end():
            await asyncio.sleep(_POLL_S if self._heard else _POLL_UNHEARD_S)
            await self._reload()

    async def _reload(self) -> None:
        try:
            if await self._store.revision() != self._revision:
                await self.load()
        except UnavailableError as error:
            _log.warning("gateway.changes_unread", error=str(error))

    def _apply(self, entries: Entries, stored: list[ConfiguredProvider]) -> None:
        providers = {**self._fixed, **{each.provider.name: each.provider for each in stored}}
        self._catalogue.put(STORED, models_of(entries.models, entries.deployments, providers))
        self._discovery.follow(stored)

    async def _configured(self, entry: ProviderEntry) -> ConfiguredProvider:
        key = None
        if entry.sealed_key is not None:
            try:
                key = (await self._keyring.open(entry.sealed_key, entry.seal_context)).decode()
            except SealBrokenError as error:
                _log.error("gateway.provider_key_unreadable", provider=entry.name, error=str(error))
        provider = Provider(
            entry.name, entry.kind, entry.url, key, entry.zone, Source.API, entry.api_version, entry.protocols
        )
        return ConfiguredProvider(provider, lists=entry.lists)
