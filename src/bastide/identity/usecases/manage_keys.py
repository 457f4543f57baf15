"""List, rotate and revoke API keys."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bastide.identity.contract import Policy
from bastide.identity.domain.api_keys import ApiKey, format_key, new_key_id, new_key_secret
from bastide.identity.domain.errors import KeyNotFoundError, PermissionDeniedError, ScopeError
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import CredentialKind, Principal
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.create_key import NewKey
from bastide.identity.usecases.manage_services import require_steward
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.pages import Page
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class ManageKeys:
    store: IdentityStore
    policy: Policy
    hashes: TokenHashes
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
            key = await self._own(unit, principal, key_id)
            await unit.keys.revoke([key_id], self.clock.now())
            await unit.record(done_by(principal, "key.revoked", key_id, subject_id=key.subject_id))
        await self.revocations.credential(key_id)

    async def rotate(self, principal: Principal, key_id: str, overlap: timedelta) -> NewKey:
        """A new key that may do the same; the old one goes on for `overlap`, if it does not end before.

        It lives as long as the old one was given; one that a key makes of itself ends when it would.

        Raises:
            KeyNotFoundError.
            ScopeError: a key may not make one that can do more than itself.
            PermissionDeniedError: somebody else's, who alone may hold it; such a key can be revoked.
        """
        self.policy.require(principal, Action.KEY_CREATE)
        now, secret = self.clock.now(), new_key_secret()
        async with self.store.transaction() as unit:
            old = await self._own(unit, principal, key_id)
            if principal.credential is CredentialKind.KEY and principal.key_id != key_id:
                raise ScopeError("A key can rotate itself only.")
            await self._require_holder(unit, principal, old)
            ends = now + overlap
            new = replace(
                old,
                id=new_key_id(),
                hint=secret[-4:],
                created_at=now,
                expires_at=_renewed(old, now) if principal.key_id is None else old.expires_at,
                last_used_at=None,
            )
            await unit.keys.add(new, self.hashes.key(secret))
            await unit.keys.expire(key_id, ends if old.expires_at is None else min(ends, old.expires_at))
            await unit.record(done_by(principal, "key.rotated", key_id, new_key_id=new.id))
        await self.revocations.credential(key_id)
        return NewKey(new, format_key(new.id, secret))

    async def _own(self, unit: Unit, principal: Principal, key_id: str) -> ApiKey:
        key = await unit.keys.get(key_id)
        if key is None or key.revoked_at is not None or not self._may_change(principal, key):
            raise KeyNotFoundError("There is no API key of this id.", key_id=key_id)
        return key

    async def _require_holder(self, unit: Unit, principal: Principal, key: ApiKey) -> None:
        """Whoever gets the secret of a key acts as its subject, and stands as that in the audit log."""
        if key.subject_id == principal.subject_id:
            return
        if await unit.services.get(key.subject_id, principal.organisation_id) is None:
            raise PermissionDeniedError("A person's key is rotated by that person. You can revoke it.")
        await require_steward(unit, principal, key.subject_id)

    def _may_change(self, principal: Principal, key: ApiKey) -> bool:
        if key.organisation_id != principal.organisation_id:
            return False
        return key.subject_id == principal.subject_id or self.policy.allows(principal, Action.KEY_MANAGE)


def _renewed(key: ApiKey, now: datetime) -> datetime | None:
    return None if key.expires_at is None else now + (key.expires_at - key.created_at)
