"""What people see and change of themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import ResourceHiddenError
from bastide.identity.domain.people import Belonging, Organisation, User
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.authenticate import session_principal
from bastide.identity.usecases.open_session import NewSession
from bastide.identity.usecases.reauthenticate import require_person
from bastide.kit.clock import Clock
from bastide.operations.contract import done_by, with_personal


@dataclass(frozen=True, slots=True)
class Profile:
    """`user` is None for a service account or the system; `belongings` are where the person may switch to,
    `actions` what the caller may do without a grant. `second_factor_by`: when this session stops being
    enough, since the organisation requires a second factor; None = it does not stop.
    """

    principal: Principal
    organisation: Organisation
    user: User | None
    belongings: Sequence[Belonging] = ()
    actions: Sequence[str] = ()
    second_factor_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Profiles:
    store: IdentityStore
    policy: Policy
    clock: Clock

    async def read(self, principal: Principal) -> Profile:
        async with self.store.reading() as unit:
            organisation = await unit.organisations.get(principal.organisation_id)
            if organisation is None:
                raise ResourceHiddenError("This organisation is gone.")
            user = await unit.people.user(principal.subject_id)
            belongings = await unit.people.belongings(principal.subject_id)
            standing = await unit.people.standing(principal.subject_id, principal.organisation_id)
        weak = principal.session_id is not None and not principal.strong
        due = standing.second_factor_by if standing and weak else None
        actions = [action.value for action in Action if self.policy.allows(principal, action)]
        return Profile(principal, organisation, user, belongings, actions, due)

    async def of_session(self, opened: NewSession) -> Profile:
        """Of somebody who has just logged in."""
        session = opened.session
        async with self.store.reading() as unit:
            standing = await unit.people.standing(session.user_id, session.organisation_id)
        if standing is None:
            raise ResourceHiddenError("This account is not active any more.")
        principal = session_principal(session, standing, self.clock.now())
        return await self.read(principal)

    async def update(
        self, principal: Principal, name: str | None = None, locale: str | None = None
    ) -> Profile:
        """None leaves a field as it is. Raises ScopeError: by a key."""
        require_person(principal)
        async with self.store.transaction() as unit:
            user = await unit.people.user(principal.subject_id)
            if user is None:
                raise ResourceHiddenError("Only people have a profile.")
            changed = replace(user, name=name or user.name, locale=locale or user.locale)
            if changed != user:
                await unit.people.update_user(changed)
                await _record(unit, principal, changed)
        return await self.read(principal)


async def _record(unit: Unit, principal: Principal, changed: User) -> None:
    """In every organisation: by this name others know the person there."""
    entry = with_personal(
        done_by(principal, "profile.changed", changed.id, locale=changed.locale), name=changed.name
    )
    for organisation_id in await unit.people.organisations_of(changed.id):
        await unit.record(replace(entry, organisation_id=organisation_id))
