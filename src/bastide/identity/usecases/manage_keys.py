"""List and revoke API keys."""

from dataclasses import dataclass

from bastide.identity.contract import Policy
from bastide.identity.domain.api_keys import ApiKey
from bastide.identity.domain.errors import KeyNotFoundError
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.kit.pages import Page


@dataclass(frozen=True, slots=True)
class ManageKeys:
    store: IdentityStore
    policy: Policy
    revocations: Revocations
    clock: Clock

    async def listing(
        self, principal: Principal, *, everyone: bool = False, cursor: str | None = None, limit: int = 50
    ) -> Page[ApiKey]:
        """One's own keys, newest first; with `everyone` those of the organisation, for who manages them."""
        self.policy.require(principal, Action.KEY_MANAGE if everyone else Action.KEY_CREATE)
        subject_id = None if everyone else principal.subject_id
        async with self.store.reading() as unit:
            keys, total = await unit.keys.listing(principal.organisation_id, subject_id, cursor, limit + 1)
        items = keys[:limit]
        return Page(items, items[-1].id if len(keys) > limit else None, total)

    async def revoke(self, principal: Principal, key_id: str) -> None:
        """Effective at once. Raises KeyNotFoundError, also for a key that the caller may not know of."""
        self.policy.require(principal, Action.KEY_CREATE)
        async with self.store.transaction() as unit:
            key = await unit.keys.get(key_id)
            if key is None or key.revoked_at is not None or not self._may_revoke(principal, key):
                raise KeyNotFoundError("There is no API key of this id.", key_id=key_id)
            await unit.keys.revoke([key_id], self.clock.now())
        await self.revocations.credential(key_id)

    def _may_revoke(self, principal: Principal, key: ApiKey) -> bool:
        if key.organisation_id != principal.organisation_id:
            return False
        return key.subject_id == principal.subject_id or self.policy.allows(principal, Action.KEY_MANAGE)
