"""Who administers an organisation reads what it keeps of its calls; the audit log says so."""

from dataclasses import dataclass, replace

import msgspec

from bastide.gateway.domain.errors import EntryNotFoundError
from bastide.gateway.domain.prompts import LoggedPrompt, PromptQuery, Words
from bastide.gateway.ports.store import GatewayStore
from bastide.gateway.usecases.prompts.log import PromptLog
from bastide.identity.contract import Action, Policy, Principal
from bastide.kit.pages import Page
from bastide.operations.contract import done_by
from bastide.platform.secrets.data_keys import DataKeys, unlocked


@dataclass(frozen=True, slots=True)
class ReadPrompts:
    store: GatewayStore
    log: PromptLog
    data_keys: DataKeys
    policy: Policy

    async def listing(
        self, principal: Principal, query: PromptQuery, cursor: str | None, limit: int
    ) -> Page[LoggedPrompt]:
        """Calls without their words, newest first."""
        self.policy.require(principal, Action.ORGANISATION_MANAGE)
        query = replace(query, organisation_id=principal.organisation_id)
        await self.log.flush()
        asked = {
            "user": query.subject_id,
            "key": query.key_id,
            "model": query.model,
            "from": query.first and query.first.isoformat(),
            "to": query.last and query.last.isoformat(),
        }
        filters = {name: value for name, value in asked.items() if value is not None}
        async with self.store.transaction() as unit:
            after = await unit.prompts.find(principal.organisation_id, cursor) if cursor else None
            found = await unit.prompts.listing(query, after and after[0], limit + 1)
            await unit.record(done_by(principal, "gateway.prompts_listed", **filters))
        following = found[limit - 1].id if len(found) > limit else None
        return Page(found[:limit], following)

    async def get(self, principal: Principal, prompt_id: str) -> tuple[LoggedPrompt, Words]:
        """One with its words. Nobody gets it without the audit log saying so.

        Raises:
            EntryNotFoundError, SealBrokenError.
        """
        self.policy.require(principal, Action.ORGANISATION_MANAGE)
        await self.log.flush()
        async with self.store.transaction() as unit:
            found = await unit.prompts.find(principal.organisation_id, prompt_id)
            if found is None:
                raise EntryNotFoundError("This call is not kept, or not any more.", id=prompt_id)
            entry, sealed = found
            said = done_by(principal, "gateway.prompt_read", entry.id, subject=entry.subject_id)
            await unit.record(said)
        key = await self.data_keys.make(entry.organisation_id)
        return entry, msgspec.msgpack.decode(unlocked(key, sealed, entry.context), type=Words)
