"""What every verb that changes the catalogue or the limits does besides: one event, one announcement."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bastide.gateway.domain.catalogue import Provider
from bastide.gateway.domain.entries import ModelEntry
from bastide.gateway.ports.store import GatewayStore, Unit
from bastide.gateway.usecases.sync import Sync
from bastide.identity.contract import Policy, Principal
from bastide.kit.clock import Clock
from bastide.kit.events import DomainEvent
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject


@dataclass(frozen=True, slots=True)
class Changes:
    """Shared by the verbs.

    Attributes:
        fixed_providers, fixed_models: those that the settings or this machine give: read-only by API.
    """

    store: GatewayStore
    sync: Sync
    policy: Policy
    clock: Clock
    fixed_providers: Sequence[Provider] = ()
    fixed_models: Sequence[ModelEntry] = ()

    @asynccontextmanager
    async def change(
        self, principal: Principal, topic: str, key: str, **facts: str | int | None
    ) -> AsyncGenerator[Unit]:
        """A transaction that ends with the event, and is made known to every process after its commit."""
        payload: JsonObject = {**facts, "changed_by": principal.subject_id}
        event = DomainEvent(new_id("evt"), topic, principal.organisation_id, key, payload, self.clock.now())
        async with self.store.transaction() as unit:
            yield unit
            await unit.emit(event)
        await self.sync.announce()
