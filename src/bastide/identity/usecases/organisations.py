"""Organisations: make one, name it, close it and open it again, and switch between one's own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import (
    LastAdministratorError,
    OrganisationNotFoundError,
    PermissionDeniedError,
)
from bastide.identity.domain.people import Belonging, Membership, Organisation
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.pages import Page
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class ManageOrganisations:
    store: IdentityStore
    policy: Policy
    sessions: SessionOpener
    revocations: Revocations
    clock: Clock

    async def own(self, principal: Principal) -> Sequence[Belonging]:
        """Those that the caller belongs to."""
        async with self.store.reading() as unit:
            return await unit.people.belongings(principal.subject_id)

    async def current(self, principal: Principal) -> Organisation:
        """The one that the caller acts in, with its policies."""
        self.policy.require(principal, Action.ORGANISATION_MANAGE)
        async with self.store.reading() as unit:
            found = await unit.organisations.get(principal.organisation_id)
        if found is None:
            raise _missing(principal.organisation_id)
        return found

    async def listing(self, principal: Principal, cursor: str | None, limit: int) -> Page[Organisation]:
        """All of the installation, for who runs it."""
        self.policy.require(principal, Action.ORGANISATION_CREATE)
        async with self.store.reading() as unit:
            return await unit.organisations.listing(cursor, limit)

    async def create(self, principal: Principal, name: str) -> Organisation:
        """The caller becomes its first administrator; a program cannot make one."""
        self.policy.require(principal, Action.ORGANISATION_CREATE)
        made = Organisation(new_id("org"), name.strip(), self.clock.now())
        async with self.store.transaction() as unit:
            if await unit.people.user(principal.subject_id) is None:
                raise PermissionDeniedError("Only a person can make an organisation.")
            await unit.organisations.add(made)
            await unit.people.put_membership(Membership(principal.subject_id, made.id, Role.SYSTEM_ADMIN))
            await unit.record(done_by(principal, "organisation.created", made.id, name=made.name))
        return made

    async def change(
        self,
        principal: Principal,
        name: str | None = None,
        *,
        require_second_factor: bool | None = None,
        second_factor_grace_days: int | None = None,
    ) -> Organisation:
        """The one that the caller acts in; None leaves as it is. Once a second factor is required, whoever
        has none is told so for the days of grace, and sets one up before anything else from then on.
        """
        self.policy.require(principal, Action.ORGANISATION_MANAGE)
        async with self.store.transaction() as unit:
            current = await unit.organisations.get(principal.organisation_id, lock=True)
            if current is None:
                raise _missing(principal.organisation_id)
            days, required = second_factor_grace_days, current.require_second_factor
            changed = replace(
                current,
                name=name.strip() if name else current.name,
                second_factor_grace_days=current.second_factor_grace_days if days is None else days,
                require_second_factor=required if require_second_factor is None else require_second_factor,
            )
            if changed.require_second_factor != required:  # the grace begins when it is switched on
                since = self.clock.now() if changed.require_second_factor else None
                changed = replace(changed, second_factor_required_at=since)
            await unit.organisations.update(changed)
            entry = done_by(
                principal,
                "organisation.changed",
                current.id,
                name=changed.name,
                require_second_factor=changed.require_second_factor,
                second_factor_grace_days=changed.second_factor_grace_days,
            )
            await unit.record(entry)
        await self.revocations.organisation(current.id)
        return changed

    async def set_active(self, principal: Principal, organisation_id: str, *, active: bool) -> Organisation:
        """Nobody can act in a closed organisation; its data stays. The caller's own cannot be closed.

        Raises:
            OrganisationNotFoundError, LastAdministratorError.
        """
        self.policy.require(principal, Action.ORGANISATION_CREATE)
        async with self.store.transaction() as unit:
            current = await unit.organisations.get(organisation_id, lock=True)
            if current is None:
                raise _missing(organisation_id)
            if organisation_id == principal.organisation_id:
                raise LastAdministratorError("Switch to another organisation to close this one.")
            changed = replace(current, active=active)
            await unit.organisations.update(changed)
            action = "organisation.opened" if active else "organisation.closed"
            await unit.record(done_by(principal, action, organisation_id))
        await self.revocations.organisation(organisation_id)
        return changed

    async def switch(
        self, principal: Principal, organisation_id: str, address: str | None, user_agent: str
    ) -> NewSession:
        """A new session in the other organisation takes the place of the one that asks.

        Raises:
            OrganisationNotFoundError: the caller does not belong there.
            PermissionDeniedError: not by a browser session.
        """
        if principal.credential is not CredentialKind.SESSION or principal.session_id is None:
            raise PermissionDeniedError("Log in with a browser to switch.")
        async with self.store.transaction() as unit:
            user = await unit.people.user(principal.subject_id)
            belongings = await unit.people.belongings(principal.subject_id)
            if user is None or all(one.organisation.id != organisation_id for one in belongings):
                raise _missing(organisation_id)
            present = await unit.sessions.of_user(user.id)
            strong = any(one.strong for one in present if one.id == principal.session_id)
            await unit.sessions.delete([principal.session_id])
            await unit.record(done_by(principal, "session.closed", principal.session_id))
            opened = await self.sessions.open_in(
                unit, user, organisation_id, address, user_agent, strong=strong
            )
        await self.revocations.credential(principal.session_id)
        return opened


def _missing(organisation_id: str) -> OrganisationNotFoundError:
    return OrganisationNotFoundError("There is no such organisation.", organisation_id=organisation_id)
