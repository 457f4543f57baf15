"""A new password for somebody who cannot log in: by a link, mailed or handed over by an administrator."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import EmailInvalidError, LinkInvalidError, PermissionDeniedError
from bastide.identity.domain.invitations import RESET_AGE, PasswordReset, new_link_token, reset_path
from bastide.identity.domain.people import User, normalise_email
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.ports import IdentityStore, PasswordHasher, Unit
from bastide.identity.usecases.choose_password import PasswordRules
from bastide.identity.usecases.invite import NewLink
from bastide.identity.usecases.letters import Letters
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.manage_people import person_in, require_inferior
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.operations.contract import AuditEntry, done_by


@dataclass(frozen=True, slots=True)
class ResetPassword:
    store: IdentityStore
    policy: Policy
    hasher: PasswordHasher
    rules: PasswordRules
    hashes: TokenHashes
    letters: Letters
    throttle: LoginThrottle
    revocations: Revocations
    clock: Clock

    async def hand_over(self, principal: Principal, user_id: str) -> NewLink:
        """A link for a person of the caller's organisation, good for a day and one use.

        Raises:
            PersonNotFoundError.
            PermissionDeniedError: the person is a superior, or belongs to other organisations too, whose
                doors this link would open as well; a system administrator may.
        """
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        token = new_link_token()
        async with self.store.transaction() as unit:
            person = await person_in(unit, principal, user_id)
            require_inferior(principal, person.role)
            others = set(await unit.people.organisations_of(user_id)) - {principal.organisation_id}
            if others and principal.role is not Role.SYSTEM_ADMIN:
                raise PermissionDeniedError("This person belongs to other organisations too.")
            await self._put(unit, user_id, token, principal.subject_id)
            await unit.record(done_by(principal, "password.reset_issued", user_id))
        mailed = await self.letters.reset(person.user, reset_path(token))
        return NewLink(reset_path(token), mailed)

    async def admit(self, email: str, address: str | None) -> None:
        """Before `by_mail`. Raises LoginThrottledError: too many of these from here."""
        account = self.hashes.throttle(f"reset:{email.strip().lower()}")
        await self.throttle.admit(account, address, None)

    async def by_mail(self, email: str) -> None:
        """Send a link if there is such an account and a mail server; the caller is told nothing."""
        user = await self._account(email)
        if user is None or not user.active or not self.letters.can_send:
            return
        token = new_link_token()
        async with self.store.transaction() as unit:
            await self._put(unit, user.id, token, None)
            await self._record(unit, "password.reset_requested", user)
        await self.letters.reset(user, reset_path(token))

    async def redeem(self, token: str, new_password: str) -> None:
        """Every session of the person ends; they log in with the new password.

        Raises:
            LinkInvalidError, PasswordWeakError.
        """
        async with self.store.reading() as unit:
            user = await self._holder(unit, token)
        await self.rules.check(new_password, user.email)
        new_hash = await self.hasher.hash(new_password)
        async with self.store.transaction() as unit:
            user = await self._holder(unit, token)
            if not await unit.links.delete_reset(user.id):
                raise _invalid()
            await unit.people.set_password_hash(user.id, new_hash)
            await unit.people.update_user(replace(user, must_change_password=False))
            await unit.sessions.delete_of(user.id)
            await self._record(unit, "password.reset", user)
        await self.revocations.subject(user.id)

    async def _put(self, unit: Unit, user_id: str, token: str, issued_by: str | None) -> None:
        now = self.clock.now()
        reset = PasswordReset(user_id, issued_by, now, now + RESET_AGE)
        await unit.links.put_reset(reset, self.hashes.link(token))

    async def _holder(self, unit: Unit, token: str) -> User:
        reset = await unit.links.reset(self.hashes.link(token))
        user = None if reset is None else await unit.people.user(reset.user_id)
        if reset is None or user is None or reset.expires_at <= self.clock.now():
            raise _invalid()
        return user

    async def _account(self, email: str) -> User | None:
        try:
            address = normalise_email(email)
        except EmailInvalidError:
            return None
        async with self.store.reading() as unit:
            return await unit.people.user_by_email(address)

    async def _record(self, unit: Unit, action: str, user: User) -> None:
        for organisation_id in await unit.people.organisations_of(user.id):
            await unit.record(AuditEntry(action, organisation_id, user.id, user.id))


def _invalid() -> LinkInvalidError:
    return LinkInvalidError("This link has expired or was used already. Ask for a new one.")
