"""What identity holds on a person: shown to them, and erased."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import cast

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import PermissionDeniedError
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.ports import IdentityStore, Unit
from bastide.identity.usecases.manage_people import ManagePeople, person_in
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.operations.contract import DataSubject, Documents, Erased, HeldFile

_MOST_KEYS = 1000


@dataclass(frozen=True, slots=True)
class AccountData:
    """Implements `DataSubjects` and `DataHolder` of operations."""

    store: IdentityStore
    policy: Policy
    people: ManagePeople
    revocations: Revocations
    clock: Clock
    name: str = "account"

    async def require(self, principal: Principal, user_id: str, *, erase: bool) -> None:
        """Administrators; for an export, in a session of their own, the person.

        Raises:
            PersonNotFoundError.
            PermissionDeniedError: also to erase somebody who belongs to other organisations, but for who runs
                the installation.
        """
        own = principal.subject_id == user_id and principal.credential is not CredentialKind.KEY
        if erase or not own:
            self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.reading() as unit:
            await person_in(unit, principal, user_id)
            others = set(await unit.people.organisations_of(user_id)) - {principal.organisation_id}
        if erase and others and principal.role is not Role.SYSTEM_ADMIN:
            raise PermissionDeniedError("This person belongs to other organisations too.")
        if erase and own:
            raise PermissionDeniedError("Nobody erases themselves: another administrator does.")

    async def shut_out(self, principal: Principal, user_id: str) -> None:
        """Raises LastAdministratorError, PermissionDeniedError: a superior."""
        await self.people.change(principal, user_id, active=False)

    async def get(self, user_id: str, organisation_id: str) -> DataSubject | None:
        async with self.store.reading() as unit:
            user = await unit.people.user(user_id)
        return None if user is None else DataSubject(user.id, organisation_id, user.email, user.name)

    async def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        async with self.store.reading() as unit:
            account = await self._account(unit, subject)
        yield HeldFile("account.json", _once(account))

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:  # noqa: ARG002  # the port's
        """Everything but the history of permissions, in which an id that names nobody remains."""
        async with self.store.transaction() as unit:
            for organisation_id in await unit.people.organisations_of(subject.user_id):
                await unit.people.remove_membership(subject.user_id, organisation_id)
            removed = await unit.people.erase(subject.user_id, subject.email)
        await self.revocations.subject(subject.user_id)
        return Erased(
            {"rows": removed},
            {"history": "Who could read what, when, is kept under an id that names nobody any more."},
        )

    async def _account(self, unit: Unit, subject: DataSubject) -> bytes:
        user_id = subject.user_id
        keys, _ = await unit.keys.listing(subject.organisation_id, user_id, None, _MOST_KEYS)
        user, factors = await unit.people.user(user_id), await unit.factors.of(user_id)
        person = await unit.people.person(user_id, subject.organisation_id)
        content = {
            "user": None if user is None else asdict(user),
            "membership": None if person is None else {"role": person.role, "active": person.active},
            "groups": [] if person is None else [*person.groups, *person.departments],
            "sessions": [
                asdict(session)
                for session in await unit.sessions.of_user(user_id)
                if session.organisation_id == subject.organisation_id
            ],
            "api_keys": [asdict(key) for key in keys],
            "second_factor": asdict(factors),
        }
        return json.dumps(content, ensure_ascii=False, indent=2, default=_plain).encode()


def _plain(value: object) -> object:
    match value:
        case datetime():
            return value.isoformat()
        case frozenset():
            return sorted(str(one) for one in cast("frozenset[object]", value))
        case _:
            return str(value)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
