"""Add, change and remove providers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bastide.gateway.domain.catalogue import ProviderKind, Source, Zone
from bastide.gateway.domain.entries import ProviderEntry
from bastide.gateway.domain.errors import (
    EntryError,
    EntryNotFoundError,
    ExistsError,
    InUseError,
    ReadOnlyError,
)
from bastide.gateway.domain.trouble import Trouble
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.identity.contract import Action, Principal
from bastide.operations.contract import Detail
from bastide.platform.secrets.port import Keyring

_KINDS = frozenset({ProviderKind.OPENAI, ProviderKind.AZURE, ProviderKind.ANTHROPIC})


@dataclass(frozen=True, slots=True)
class ProviderView:
    """A provider as administrators see it: never with its key.

    Attributes:
        trouble: why it did not answer when last asked.
    """

    name: str
    kind: ProviderKind
    url: str
    zone: Zone
    source: Source
    lists: bool
    api_version: str | None
    protocols: frozenset[str]
    has_key: bool
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class ManageProviders:
    changes: Changes
    catalogue: LiveCatalogue
    keyring: Keyring

    async def listing(self, principal: Principal) -> Sequence[ProviderView]:
        """Those of the settings and of this machine first."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        fixed = [
            ProviderView(
                each.name,
                each.kind,
                each.base_url,
                each.zone,
                each.source,
                lists=True,
                api_version=each.api_version,
                protocols=each.protocols,
                has_key=each.api_key is not None,
                trouble=self.catalogue.trouble(each.name),
            )
            for each in self.changes.fixed_providers
        ]
        async with self.changes.store.reading() as unit:
            stored = (await unit.catalogue.entries()).providers
        return [*fixed, *(self._view(entry) for entry in stored)]

    async def add(self, principal: Principal, entry: ProviderEntry, api_key: str | None) -> ProviderView:
        """Raises EntryError, ExistsError."""
        self.changes.policy.require(principal, Action.SYSTEM_MANAGE)
        _check(entry)
        if entry.name in self._fixed:
            raise ExistsError(f"The settings name a provider {entry.name!r}.", name=entry.name)
        entry = await self._sealed(entry, api_key)
        async with self.changes.change(principal, "provider.added", entry.name, **_facts(entry)) as unit:
            if any(each.name == entry.name for each in (await unit.catalogue.entries()).providers):
                raise ExistsError(f"There is a provider {entry.name!r} already.", name=entry.name)
            await unit.catalogue.put_provider(entry)
        return self._view(entry)

    async def replace(self, principal: Principal, entry: ProviderEntry, api_key: str | None) -> ProviderView:
        """A key of None keeps the one it has. Raises EntryError, EntryNotFoundError, ReadOnlyError."""
        self.changes.policy.require(principal, Action.SYSTEM_MANAGE)
        _check(entry)
        before = await self.entry(principal, entry.name)
        entry = await self._sealed(replace(entry, sealed_key=before.sealed_key), api_key)
        async with self.changes.change(principal, "provider.changed", entry.name, **_facts(entry)) as unit:
            await unit.catalogue.put_provider(entry)
        return self._view(entry)

    async def remove(self, principal: Principal, name: str) -> None:
        """Raises EntryNotFoundError, ReadOnlyError, InUseError."""
        self.changes.policy.require(principal, Action.SYSTEM_MANAGE)
        await self.entry(principal, name)
        async with self.changes.change(principal, "provider.removed", name) as unit:
            entries = await unit.catalogue.entries()
            if used := [each.id for each in entries.deployments if each.provider == name]:
                raise InUseError(f"Deployments still run at {name!r}.", deployments=used)
            await unit.catalogue.delete_provider(name)

    async def entry(self, principal: Principal, name: str) -> ProviderEntry:
        """What is stored. Raises EntryNotFoundError, ReadOnlyError."""
        self.changes.policy.require(principal, Action.SYSTEM_MANAGE)
        if name in self._fixed:
            raise ReadOnlyError(
                f"{name!r} comes from the settings or from this machine; change it there.", name=name
            )
        async with self.changes.store.reading() as unit:
            for entry in (await unit.catalogue.entries()).providers:
                if entry.name == name:
                    return entry
        raise EntryNotFoundError(f"There is no provider {name!r}.", name=name)

    @property
    def _fixed(self) -> set[str]:
        return {provider.name for provider in self.changes.fixed_providers}

    async def _sealed(self, entry: ProviderEntry, api_key: str | None) -> ProviderEntry:
        if api_key is None:
            return entry
        sealed = await self.keyring.seal(api_key.encode(), entry.seal_context) if api_key else None
        return replace(entry, sealed_key=sealed)

    def _view(self, entry: ProviderEntry) -> ProviderView:
        return ProviderView(
            entry.name,
            entry.kind,
            entry.url,
            entry.zone,
            Source.API,
            lists=entry.lists,
            api_version=entry.api_version,
            protocols=entry.protocols,
            has_key=entry.sealed_key is not None,
            trouble=self.catalogue.trouble(entry.name),
        )


def _facts(entry: ProviderEntry) -> dict[str, Detail]:
    """For the audit log: never the key, only whether there is one."""
    return {
        "kind": entry.kind.value,
        "url": entry.url,
        "zone": entry.zone.value,
        "lists": entry.lists,
        "has_key": entry.sealed_key is not None,
    }


def _check(entry: ProviderEntry) -> None:
    if entry.kind not in _KINDS:
        raise EntryError(f"A provider speaks one of {', '.join(sorted(_KINDS))}.", field="kind")
    if not 1 <= len(entry.name) <= 100 or "/" in entry.name or not entry.name.isprintable():
        raise EntryError("A provider's name has 1 to 100 characters and no slash.", field="name")
    parts = urlsplit(entry.url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        raise EntryError("The address is http:// or https://, without a name or password.", field="url")
