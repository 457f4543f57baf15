"""See the people of one's organisation; change their role, deactivate them, take them out."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import (
    LastAdministratorError,
    PermissionDeniedError,
    PersonNotFoundError,
)
from bastide.identity.domain.people import Membership, Person
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.share import remember
from bastide.kit.clock import Clock
from bastide.kit.pages import Page
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class ManagePeople:
    """A change ends the person's sessions here, so that none goes on with what it proved before."""

    store: IdentityStore
    policy: Policy
    revocations: Revocations
    clock: Clock

    async def listing(
        self,
        principal: Principal,
        sought: str | None = None,
        role: Role | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Person]:
        """By e-mail. `sought`: a part of name or address."""
        self.policy.require(principal, Action.PEOPLE_READ)
        async with self.store.reading() as unit:
            return await unit.people.people(principal.organisation_id, sought, role, cursor, limit)

    async def get(self, principal: Principal, user_id: str) -> Person:
        """Raises PersonNotFoundError."""
        self.policy.require(principal, Action.PEOPLE_READ)
        async with self.store.reading() as unit:
            return await person_in(unit, principal, user_id)

    async def change(
        self, principal: Principal, user_id: str, role: Role | None = None, *, active: bool | None = None
    ) -> Person:
        """None leaves as it is. Ends the sessions that the person has here, and voids a link for a new
        password: who was given it may be below the new role. Deactivation revokes every key, too.

        Raises:
            PersonNotFoundError, LastAdministratorError.
            PermissionDeniedError: a superior is changed, or somebody is made one.
        """
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            await unit.organisations.get(principal.organisation_id, lock=True)
            person = await person_in(unit, principal, user_id)
            changed = replace(
                person,
                role=person.role if role is None else role,
                active=person.active if active is None else active,
            )
            if changed == person:
                return person
            require_inferior(principal, person.role, changed.role)
            if person.role.administers and not (changed.role.administers and changed.active):
                await _require_another_administrator(unit, principal, user_id)
            if person.role is Role.SYSTEM_ADMIN:
                await _require_another_system_administrator(unit, principal, user_id)
            await unit.people.put_membership(
                Membership(user_id, principal.organisation_id, changed.role, changed.active)
            )
            await unit.sessions.delete_of(user_id, principal.organisation_id)
            await unit.links.delete_reset(user_id)
            if not changed.active:
                await unit.keys.revoke_of(user_id, principal.organisation_id, self.clock.now())
            await unit.record(
                done_by(
                    principal,
                    _action(person, changed),
                    user_id,
                    role=changed.role.value,
                    active=changed.active,
                )
            )
        await self.revocations.subject(user_id)
        return changed

    async def remove(self, principal: Principal, user_id: str) -> None:
        """Out of this organisation and its groups, and without a grant: whoever is invited again has
        what they own and nothing else. The account stays, for where else it belongs.

        Raises:
            PersonNotFoundError, LastAdministratorError, PermissionDeniedError: as for `change`.
        """
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            await unit.organisations.get(principal.organisation_id, lock=True)
            person = await person_in(unit, principal, user_id)
            require_inferior(principal, person.role)
            if person.role.administers:
                await _require_another_administrator(unit, principal, user_id)
            if person.role is Role.SYSTEM_ADMIN:
                await _require_another_system_administrator(unit, principal, user_id)
            await unit.people.remove_membership(user_id, principal.organisation_id)
            await unit.sessions.delete_of(user_id, principal.organisation_id)
            await unit.keys.revoke_of(user_id, principal.organisation_id, self.clock.now())
            await unit.links.delete_reset(user_id)
            now = self.clock.now()
            for resource in await unit.withdraw_grants(principal.organisation_id, f"user:{user_id}"):
                await remember(unit, principal, resource, now)
            await unit.record(done_by(principal, "person.removed", user_id, role=person.role.value))
        await self.revocations.subject(user_id)


async def person_in(unit: Unit, principal: Principal, user_id: str) -> Person:
    """Of the caller's organisation. Raises PersonNotFoundError."""
    person = await unit.people.person(user_id, principal.organisation_id)
    if person is None:
        raise PersonNotFoundError("There is no such person in this organisation.", user_id=user_id)
    return person


def require_inferior(principal: Principal, *roles: Role) -> None:
    """Raises PermissionDeniedError for a role above the caller's own."""
    if not all(principal.role.may_give(role) for role in roles):
        raise PermissionDeniedError("You cannot change a role above your own.")


async def _require_another_administrator(unit: Unit, principal: Principal, user_id: str) -> None:
    if await unit.people.administrators_left(principal.organisation_id, without=user_id) == 0:
        raise LastAdministratorError("Make somebody else an administrator first.")


async def _require_another_system_administrator(unit: Unit, principal: Principal, user_id: str) -> None:
    if not await unit.people.system_administrator_left(user_id, principal.organisation_id):
        raise LastAdministratorError("Make somebody else a system administrator first.")


def _action(before: Person, after: Person) -> str:
    if before.active != after.active:
        return "person.activated" if after.active else "person.deactivated"
    return "person.role_changed"
