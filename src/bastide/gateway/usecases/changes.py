"""What every verb that changes the configuration does besides: an event, an audit record, an announcement."""

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
from bastide.operations.contract import Detail, done_by


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
        self, principal: Principal, topic: str, key: str, **facts: Detail
    ) -> AsyncGenerator[Unit]:
        """A transaction that ends with the event and the record in the audit log.

        It is made known to every process after its commit. `facts` say what was changed to what; no secrets.
        """
        entry = done_by(principal, topic, key, **facts)
        payload: JsonObject = {**entry.details, "changed_by": principal.subject_id}
        event = DomainEvent(new_id("evt"), topic, principal.organisation_id, key, payload, self.clock.now())
        async with self.store.transaction() as unit:
            yield unit
            await unit.emit(event)
            await unit.record(entry)
        await self.sync.announce()
