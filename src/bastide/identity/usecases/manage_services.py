"""Service accounts: what programs act as, with keys of their own."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import ServiceAccountNotFoundError
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.domain.service_accounts import ServiceAccount
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.manage_people import require_inferior
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.pages import Page
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class ManageServices:
    store: IdentityStore
    policy: Policy
    revocations: Revocations
    clock: Clock

    async def listing(self, principal: Principal, cursor: str | None, limit: int) -> Page[ServiceAccount]:
        """By name."""
        self.policy.require(principal, Action.KEY_MANAGE)
        async with self.store.reading() as unit:
            return await unit.services.listing(principal.organisation_id, cursor, limit)

    async def create(self, principal: Principal, name: str, role: Role) -> ServiceAccount:
        """Raises PermissionDeniedError: a role above the caller's own."""
        self.policy.require(principal, Action.KEY_MANAGE)
        require_inferior(principal, role)
        made = ServiceAccount(new_id("svc"), principal.organisation_id, name.strip(), role, self.clock.now())
        async with self.store.transaction() as unit:
            await unit.services.add(made)
            await unit.record(
                done_by(principal, "service_account.created", made.id, name=made.name, role=role.value)
            )
        return made

    async def change(
        self,
        principal: Principal,
        account_id: str,
        name: str | None = None,
        role: Role | None = None,
        *,
        active: bool | None = None,
    ) -> ServiceAccount:
        """None leaves as it is. Deactivation revokes its keys.

        Raises:
            ServiceAccountNotFoundError, PermissionDeniedError: as for `create`.
        """
        self.policy.require(principal, Action.KEY_MANAGE)
        async with self.store.transaction() as unit:
            account = await service_in(unit, principal, account_id)
            changed = replace(
                account,
                name=name.strip() if name else account.name,
                role=role or account.role,
                active=account.active if active is None else active,
            )
            require_inferior(principal, account.role, changed.role)
            await unit.services.update(changed)
            if not changed.active:
                await unit.keys.revoke_of(account_id, principal.organisation_id, self.clock.now())
            await unit.record(
                done_by(
                    principal,
                    "service_account.changed",
                    account_id,
                    name=changed.name,
                    role=changed.role.value,
                    active=changed.active,
                )
            )
        await self.revocations.subject(account_id)
        return changed

    async def delete(self, principal: Principal, account_id: str) -> None:
        """With its keys. Raises ServiceAccountNotFoundError."""
        self.policy.require(principal, Action.KEY_MANAGE)
        async with self.store.transaction() as unit:
            account = await service_in(unit, principal, account_id)
            require_inferior(principal, account.role)
            await unit.keys.revoke_of(account_id, principal.organisation_id, self.clock.now())
            await unit.services.delete(account_id, principal.organisation_id)
            await unit.record(done_by(principal, "service_account.deleted", account_id, name=account.name))
        await self.revocations.subject(account_id)


async def require_steward(unit: Unit, principal: Principal, account_id: str) -> None:
    """May the caller, who manages keys, hold one of this service account? Not of one above their own role.

    Raises:
        ServiceAccountNotFoundError, PermissionDeniedError.
    """
    account = await service_in(unit, principal, account_id)
    require_inferior(principal, account.role)


async def service_in(unit: Unit, principal: Principal, account_id: str) -> ServiceAccount:
    """Of the caller's organisation. Raises ServiceAccountNotFoundError."""
    account = await unit.services.get(account_id, principal.organisation_id)
    if account is None:
        raise ServiceAccountNotFoundError("There is no such service account.", account_id=account_id)
    return account
