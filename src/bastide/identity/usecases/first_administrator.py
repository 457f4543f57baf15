"""Make the first organisation and its administrator, once."""

from dataclasses import dataclass

from bastide.identity.domain.errors import EmailTakenError
from bastide.identity.domain.passwords import one_time_password
from bastide.identity.domain.people import Membership, Organisation, User, normalise_email
from bastide.identity.domain.principal import Role, system_principal
from bastide.identity.ports import IdentityStore, PasswordHasher
from bastide.identity.usecases.choose_password import PasswordRules
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.operations.contract import done_by

DEFAULT_ORGANISATION = "org_default"
_DEFAULT_EMAIL = "admin@localhost"


@dataclass(frozen=True, slots=True)
class FirstAdministrator:
    """`one_time_password` is None when the password was given; it must be changed at the first login."""

    email: str
    one_time_password: str | None


@dataclass(frozen=True, slots=True)
class EnsureFirstAdministrator:
    store: IdentityStore
    hasher: PasswordHasher
    rules: PasswordRules
    clock: Clock

    async def __call__(self, email: str | None, password: str | None) -> FirstAdministrator | None:
        """None when there is an organisation already; nothing is changed then.

        Raises:
            EmailInvalidError, PasswordWeakError: what was given will not do.
        """
        async with self.store.reading() as unit:
            if await unit.organisations.first() is not None:
                return None
        address = normalise_email(email or _DEFAULT_EMAIL)
        generated = None if password else one_time_password()
        if password:
            await self.rules.check(password, address)
        password_hash = await self.hasher.hash(password or generated or "")
        now = self.clock.now()
        user = User(
            new_id("usr"), address, "Administrator", "en", now, must_change_password=generated is not None
        )
        try:
            async with self.store.transaction() as unit:
                await unit.people.add_user(user, password_hash)
                await unit.organisations.add(Organisation(DEFAULT_ORGANISATION, "Bastide", now))
                await unit.people.put_membership(Membership(user.id, DEFAULT_ORGANISATION, Role.SYSTEM_ADMIN))
                bastide = system_principal(DEFAULT_ORGANISATION)
                entry = done_by(bastide, "organisation.created", DEFAULT_ORGANISATION, administrator=user.id)
                await unit.record(entry)
        except EmailTakenError:  # another process was first
            return None
        return FirstAdministrator(address, generated)
