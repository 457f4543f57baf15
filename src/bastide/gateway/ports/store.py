"""Rows of the gateway."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from bastide.gateway.domain.entries import DeploymentEntry, Entries, ModelEntry, ProviderEntry
from bastide.kit.events import DomainEvent


class CatalogueRows(Protocol):
    """The stored catalogue, within a transaction. Each change counts the revision up."""

    async def entries(self) -> Entries: ...

    async def put_provider(self, entry: ProviderEntry) -> None:
        """Adds it, or replaces the one of that name."""
        ...

    async def put_model(self, entry: ModelEntry) -> None: ...

    async def put_deployment(self, entry: DeploymentEntry) -> None: ...

    async def delete_provider(self, name: str) -> None: ...

    async def delete_model(self, name: str) -> None:
        """Its deployments go too."""
        ...

    async def delete_deployment(self, deployment_id: str) -> None: ...


class Unit(Protocol):
    """What one transaction may touch."""

    @property
    def catalogue(self) -> CatalogueRows: ...

    async def emit(self, event: DomainEvent) -> None:
        """Into the outbox: it is there if and only if the change is."""
        ...


class GatewayStore(Protocol):
    """Short transactions on the gateway's rows."""

    def transaction(self) -> AbstractAsyncContextManager[Unit]: ...

    def reading(self) -> AbstractAsyncContextManager[Unit]: ...

    async def revision(self) -> int:
        """How often the catalogue or the limits have changed. One row: cheap to ask often."""
        ...
