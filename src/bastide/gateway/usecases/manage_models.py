"""Add, change and remove public model names and the places where they run."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.gateway.domain.catalogue import Model, Source, Zone
from bastide.gateway.domain.entries import DeploymentEntry, Entries, ModelEntry
from bastide.gateway.domain.errors import EntryError, EntryNotFoundError, ExistsError, ReadOnlyError
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.changes import Changes
from bastide.identity.contract import Action, Principal
from bastide.operations.contract import Detail

_MAX_FALLBACKS = 8


@dataclass(frozen=True, slots=True)
class ModelView:
    """A model as administrators see it: as it is now, wherever its parts come from.

    Attributes:
        gone: its fallbacks that are not there.
    """

    model: Model
    source: Source
    gone: Sequence[str]


@dataclass(frozen=True, slots=True)
class ManageModels:
    changes: Changes
    catalogue: LiveCatalogue

    async def listing(self, principal: Principal) -> Sequence[ModelView]:
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        stored = {entry.name for entry in (await self._entries()).models}
        return [
            ModelView(model, _source(model, stored), self.catalogue.gone(model))
            for model in self.catalogue.current.models.values()
        ]

    async def get(self, principal: Principal, name: str) -> ModelView:
        """Raises EntryNotFoundError."""
        for view in await self.listing(principal):
            if view.model.name == name:
                return view
        raise EntryNotFoundError(f"There is no model {name!r}.", name=name)

    async def add(self, principal: Principal, entry: ModelEntry) -> ModelView:
        """Raises EntryError, ExistsError, ModelUnknownError."""
        self._may_change(principal)
        _check(entry)
        self.catalogue.require(entry.routing.fallbacks, "fallbacks")
        known = self.catalogue.current.models.get(entry.name)
        if entry.name in self._fixed or (known is not None and known.built_in):
            raise ExistsError(f"{entry.name!r} is built in or named by the settings.", name=entry.name)
        async with self.changes.change(principal, "model.added", entry.name, **_facts(entry)) as unit:
            if any(each.name == entry.name for each in (await unit.catalogue.entries()).models):
                raise ExistsError(f"There is a model {entry.name!r} already.", name=entry.name)
            await unit.catalogue.put_model(entry)
        return await self.get(principal, entry.name)

    async def replace(self, principal: Principal, entry: ModelEntry) -> ModelView:
        """A fallback that it has already may have gone since.

        Raises:
            EntryError, EntryNotFoundError, ReadOnlyError, ModelUnknownError.
        """
        self._may_change(principal)
        _check(entry)
        before = await self._stored(entry.name)
        added = [name for name in entry.routing.fallbacks if name not in before.routing.fallbacks]
        self.catalogue.require(added, "fallbacks")
        async with self.changes.change(principal, "model.changed", entry.name, **_facts(entry)) as unit:
            await unit.catalogue.put_model(entry)
        return await self.get(principal, entry.name)

    async def remove(self, principal: Principal, name: str) -> None:
        """Its deployments go too. Raises EntryNotFoundError, ReadOnlyError."""
        self._may_change(principal)
        await self._stored(name)
        async with self.changes.change(principal, "model.removed", name) as unit:
            await unit.catalogue.delete_model(name)

    async def deployments(self, principal: Principal, model: str | None) -> Sequence[DeploymentEntry]:
        """Those that were added by API."""
        self.changes.policy.require(principal, Action.ORGANISATION_MANAGE)
        found = (await self._entries()).deployments
        return [entry for entry in found if model is None or entry.model == model]

    async def deployment(self, principal: Principal, deployment_id: str) -> DeploymentEntry:
        """Raises EntryNotFoundError."""
        for entry in await self.deployments(principal, None):
            if entry.id == deployment_id:
                return entry
        raise EntryNotFoundError("There is no such deployment.", id=deployment_id)

    async def zone(self, provider: str) -> Zone | None:
        """Where the data of its calls go; None: the settings name it no longer."""
        providers = (*self.changes.fixed_providers, *(await self._entries()).providers)
        return next((each.zone for each in providers if each.name == provider), None)

    async def put_deployment(self, principal: Principal, entry: DeploymentEntry) -> DeploymentEntry:
        """Adds it, or replaces the one of that id. Raises EntryError, EntryNotFoundError, ReadOnlyError."""
        self._may_change(principal)
        await self._stored(entry.model)
        _check_deployment(entry)
        known = {each.name for each in self.changes.fixed_providers}
        async with self.changes.change(
            principal, "deployment.changed", entry.id, **_deployment_facts(entry)
        ) as unit:
            known |= {each.name for each in (await unit.catalogue.entries()).providers}
            if entry.provider not in known:
                raise EntryError(f"There is no provider {entry.provider!r}.", field="provider")
            await unit.catalogue.put_deployment(entry)
        return entry

    async def remove_deployment(self, principal: Principal, deployment_id: str) -> None:
        """Raises EntryNotFoundError."""
        self._may_change(principal)
        entry = await self.deployment(principal, deployment_id)
        async with self.changes.change(principal, "deployment.removed", entry.id, model=entry.model) as unit:
            await unit.catalogue.delete_deployment(deployment_id)

    @property
    def _fixed(self) -> set[str]:
        return {entry.name for entry in self.changes.fixed_models}

    def _may_change(self, principal: Principal) -> None:
        self.changes.policy.require(principal, Action.SYSTEM_MANAGE)

    async def _entries(self) -> Entries:
        async with self.changes.store.reading() as unit:
            return await unit.catalogue.entries()

    async def _stored(self, name: str) -> ModelEntry:
        if name in self._fixed:
            raise ReadOnlyError(f"{name!r} comes from the settings file; change it there.", name=name)
        for entry in (await self._entries()).models:
            if entry.name == name:
                return entry
        raise EntryNotFoundError(f"There is no model {name!r} that was added here.", name=name)


def _source(model: Model, stored: set[str]) -> Source:
    if model.name in stored:
        return Source.API
    if model.built_in:
        return Source.BUILT_IN
    return model.deployments[0].provider.source if model.deployments else Source.SETTINGS


def _facts(entry: ModelEntry) -> dict[str, Detail]:
    routing = entry.routing
    return {
        "strategy": routing.strategy.value,
        "fallbacks": routing.fallbacks,
        "overflow_queue": routing.overflow_queue,
        "degrade": routing.degrade,
    }


def _deployment_facts(entry: DeploymentEntry) -> dict[str, Detail]:
    return {
        "model": entry.model,
        "provider": entry.provider,
        "upstream_name": entry.upstream_name,
        "weight": entry.weight,
        "priority": entry.priority,
        "prompt_price": entry.price.prompt,
        "completion_price": entry.price.completion,
        "max_concurrency": entry.max_concurrency,
    }


def _check(entry: ModelEntry) -> None:
    if not 1 <= len(entry.name) <= 200 or not entry.name.isprintable() or entry.name.strip() != entry.name:
        raise EntryError("A model's name has 1 to 200 characters.", field="name")
    if len(entry.routing.fallbacks) > _MAX_FALLBACKS or entry.name in entry.routing.fallbacks:
        raise EntryError(f"At most {_MAX_FALLBACKS} fallbacks, and not the model itself.", field="fallbacks")
    if entry.routing.overflow_queue is not None and entry.routing.overflow_queue < 0:
        raise EntryError("A queue is 0 or longer.", field="overflow_queue")


def _check_deployment(entry: DeploymentEntry) -> None:
    for name, least in (("weight", 0), ("priority", 0), ("max_queue", 0)):
        if getattr(entry, name) < least:
            raise EntryError(f"{name} is at least {least}.", field=name)
    for name in ("context_tokens", "max_output_tokens", "max_concurrency"):
        value = getattr(entry, name)
        if value is not None and value < 1:
            raise EntryError(f"{name} is at least 1.", field=name)
    if not entry.upstream_name:
        raise EntryError("Say what the model is called there.", field="upstream_name")
