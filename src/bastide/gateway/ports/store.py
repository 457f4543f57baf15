"""Rows of the gateway."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Protocol

from bastide.gateway.domain.entries import DeploymentEntry, Entries, ModelEntry, ProviderEntry
from bastide.gateway.domain.guardrails.rules import Guardrail
from bastide.gateway.domain.ledger import Entry
from bastide.gateway.domain.limits import Bound, Limit
from bastide.gateway.domain.policies import GatewayPolicy
from bastide.gateway.domain.prompts import LoggedPrompt, PromptQuery
from bastide.gateway.domain.reports import UsageQuery, UsageRow
from bastide.kit.events import DomainEvent
from bastide.operations.contract import AuditEntry


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


class LimitRows(Protocol):
    """The limits, within a transaction. Each change counts the revision up."""

    async def all(self) -> Sequence[Limit]:
        """Of every organisation."""
        ...

    async def of(self, organisation_id: str) -> Sequence[Limit]: ...

    async def put(self, limit: Limit) -> None:
        """Adds it, or replaces the one of that id."""
        ...

    async def delete(self, limit_id: str) -> None: ...


class GuardrailRows(Protocol):
    """The guardrails, within a transaction. Each change counts the revision up."""

    async def all(self) -> Sequence[Guardrail]:
        """Of every organisation."""
        ...

    async def of(self, organisation_id: str) -> Sequence[Guardrail]: ...

    async def put(self, guardrail: Guardrail) -> None:
        """Adds it, or replaces the one of that id."""
        ...

    async def delete(self, guardrail_id: str) -> None: ...


class PolicyRows(Protocol):
    """What organisations lay down, within a transaction. Each change counts the revision up."""

    async def all(self) -> Sequence[GatewayPolicy]:
        """Of every organisation that has laid down something."""
        ...

    async def put(self, policy: GatewayPolicy) -> None:
        """Adds it, or replaces the organisation's."""
        ...


class PromptRows(Protocol):
    """What organisations keep of their calls, within a transaction."""

    async def add(self, rows: Sequence[tuple[LoggedPrompt, bytes]]) -> None:
        """With their sealed words; at least one."""
        ...

    async def listing(
        self, query: PromptQuery, after: LoggedPrompt | None, limit: int
    ) -> Sequence[LoggedPrompt]:
        """Newest first."""
        ...

    async def find(self, organisation_id: str, prompt_id: str) -> tuple[LoggedPrompt, bytes] | None: ...

    async def delete(self, organisation_id: str, before: datetime) -> int:
        """The organisation's older ones; how many there were."""
        ...


class UsageRows(Protocol):
    """The ledger and the totals that are made from it, within a transaction."""

    async def record(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Add those that are not there yet, and their sums; gives them back."""
        ...

    async def used(self, bound: Bound, since: date) -> int:
        """What the ledger says of a budget, from that day on."""
        ...

    async def report(self, query: UsageQuery) -> Sequence[UsageRow]:
        """Totals by the dimensions asked for, in their order."""
        ...

    async def entries(
        self, organisation_id: str, subject_id: str | None, after: Entry | None, limit: int
    ) -> Sequence[Entry]:
        """Newest first."""
        ...

    async def entry(self, entry_id: str) -> Entry | None: ...

    async def cross(self, counter: str, percents: Sequence[int]) -> Sequence[int]:
        """Note that a budget has reached these; gives back those that were not noted before."""
        ...


class Unit(Protocol):
    """What one transaction may touch."""

    @property
    def catalogue(self) -> CatalogueRows: ...

    @property
    def limits(self) -> LimitRows: ...

    @property
    def guardrails(self) -> GuardrailRows: ...

    @property
    def policies(self) -> PolicyRows: ...

    @property
    def prompts(self) -> PromptRows: ...

    @property
    def usage(self) -> UsageRows: ...

    async def record(self, entry: AuditEntry) -> None:
        """Into the audit log, in this transaction."""
        ...

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
