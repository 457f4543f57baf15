"""What was used: totals and single calls, of oneself or of the organisation."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bastide.gateway.domain.errors import EntryError
from bastide.gateway.domain.ledger import Entry
from bastide.gateway.domain.reports import Dimension, UsageQuery, UsageRow
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.ledger.settle import Settler
from bastide.identity.contract import Action, Policy, Principal
from bastide.kit.pages import Page

_LONGEST = timedelta(days=3660)
_APART = frozenset({Dimension.KEY, Dimension.USER})


@dataclass(frozen=True, slots=True)
class ReportUsage:
    store: GatewayStore
    settler: Settler
    policy: Policy

    async def totals(self, principal: Principal, query: UsageQuery) -> Sequence[UsageRow]:
        """Exact sums up to this moment. Whoever does not manage the organisation sees their own.

        Raises:
            EntryError: dimensions that cannot be combined, or too long a time.
        """
        if query.last < query.first or query.last - query.first > _LONGEST:
            raise EntryError("'to' is not before 'from', and at most ten years after it.", field="to")
        if Dimension.GROUP in query.by or query.group_id is not None:
            if _APART & set(query.by) or query.subject_id or query.key_id:
                raise EntryError("Totals of groups know no keys or people.", field="by")
            self.policy.require(principal, Action.ORGANISATION_MANAGE)
        query = replace(query, organisation_id=principal.organisation_id)
        if not self.policy.allows(principal, Action.ORGANISATION_MANAGE):
            self.policy.require(principal, Action.MODEL_USE)
            query = replace(query, subject_id=principal.subject_id)
        await self.settler.flush()
        async with self.store.reading() as unit:
            return await unit.usage.report(query)

    async def entries(self, principal: Principal, cursor: str | None, limit: int) -> Page[Entry]:
        """Single calls, newest first."""
        subject_id = None
        if not self.policy.allows(principal, Action.ORGANISATION_MANAGE):
            self.policy.require(principal, Action.MODEL_USE)
            subject_id = principal.subject_id
        await self.settler.flush()
        async with self.store.reading() as unit:
            after = await unit.usage.entry(cursor) if cursor else None
            found = await unit.usage.entries(principal.organisation_id, subject_id, after, limit + 1)
        following = found[limit - 1].id if len(found) > limit else None
        return Page(found[:limit], following)
