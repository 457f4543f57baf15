"""Accept an invitation: with a new account, or with the one that has this e-mail address already."""

from dataclasses import dataclass

from bastide.identity.domain.errors import LinkInvalidError, LoginFailedError
from bastide.identity.domain.factors import Challenge
from bastide.identity.domain.invitations import Invitation
from bastide.identity.domain.people import Membership, User
from bastide.identity.ports import IdentityStore, PasswordHasher, Unit
from bastide.identity.usecases.choose_password import PasswordRules
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.second_step import SecondStep
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.operations.contract import AuditEntry


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the page asks for: the password of an account that exists, or a name and a new password."""

    organisation: str
    email: str
    has_account: bool


@dataclass(frozen=True, slots=True)
class SecondAnswer:
    """To a challenge that the first try was answered with: a code, or what a passkey gave."""

    challenge: str
    answer: str | JsonObject


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`name` and `locale` are for a new account; `password` is the new one, or the one it has; `second` is
    for an account with a second factor.
    """

    token: str
    password: str
    name: str
    locale: str
    address: str | None
    user_agent: str
    second: SecondAnswer | None = None


@dataclass(frozen=True, slots=True)
class Join:
    store: IdentityStore
    hasher: PasswordHasher
    rules: PasswordRules
    hashes: TokenHashes
    throttle: LoginThrottle
    sessions: SessionOpener
    second: SecondStep
    revocations: Revocations
    failures: LoginFailures
    clock: Clock

    async def look(self, token: str) -> Welcome:
        """Raises LinkInvalidError."""
        async with self.store.reading() as unit:
            invitation = await self._invitation(unit, token)
            organisation = await unit.organisations.get(invitation.organisation_id)
            user = await unit.people.user_by_email(invitation.email)
        return Welcome(organisation.name if organisation else "", invitation.email, user is not None)

    async def __call__(self, acceptance: Acceptance) -> NewSession | Challenge:
        """The person is logged in, in the organisation that invited; or asked for the second factor, without
        which an account that has one is not let in: the link stays good for the try with the answer.

        Raises:
            LinkInvalidError, PasswordWeakError (new account).
            LoginFailedError, LoginThrottledError: the account's password or second factor is wrong.
        """
        async with self.store.reading() as unit:
            invitation = await self._invitation(unit, acceptance.token)
            user = await unit.people.user_by_email(invitation.email)
        new_hash = await self._proved(user, invitation, acceptance)
        challenge = None if user is None else await self.second.challenge(user)
        if user is not None and challenge is not None:
            if acceptance.second is None:
                return challenge
            await self._prove_second(user, acceptance.second)
        async with self.store.transaction() as unit:
            used = await unit.links.delete_invitation(invitation.id, invitation.organisation_id)
            if used is None:  # somebody was quicker with the same link
                raise _invalid()
            if user is None:
                user = self._new_user(invitation, acceptance)
                await unit.people.add_user(user, new_hash)
            await self._admit(unit, user, invitation)
            opened = await self.sessions.open_in(
                unit,
                user,
                invitation.organisation_id,
                acceptance.address,
                acceptance.user_agent,
                strong=challenge is not None,
            )
        await self.revocations.subject(user.id)
        return opened

    async def _invitation(self, unit: Unit, token: str) -> Invitation:
        invitation = await unit.links.invitation(self.hashes.link(token))
        if invitation is None or invitation.expires_at <= self.clock.now():
            raise _invalid()
        organisation = await unit.organisations.get(invitation.organisation_id)
        if organisation is None or not organisation.active:
            raise _invalid()
        return invitation

    async def _proved(self, user: User | None, invitation: Invitation, acceptance: Acceptance) -> str | None:
        """The hash of a new account's password; None when the one that exists was proved."""
        if user is None:
            await self.rules.check(acceptance.password, invitation.email)
            return await self.hasher.hash(acceptance.password)
        account = self.hashes.throttle(user.email)
        async with self.failures.held_up(user.id, purpose="join"):
            await self.throttle.admit(account, acceptance.address, None)
        async with self.store.reading() as unit:
            stored = await unit.people.password_hash(user.id)
        if not await self.hasher.verify(acceptance.password, stored) or not user.active:
            await self.failures.record(user.id, purpose="join")
            raise LoginFailedError("This is not the password of your account.")
        await self.throttle.succeeded(account, acceptance.address, None)
        return None

    async def _prove_second(self, user: User, second: SecondAnswer) -> None:
        proved = await self.second.answer(second.challenge, second.answer)
        if proved.id != user.id:
            raise LoginFailedError("This answers somebody else's challenge.")

    def _new_user(self, invitation: Invitation, acceptance: Acceptance) -> User:
        name = acceptance.name.strip() or invitation.email.partition("@")[0]
        return User(new_id("usr"), invitation.email, name, acceptance.locale, self.clock.now())

    async def _admit(self, unit: Unit, user: User, invitation: Invitation) -> None:
        organisation_id = invitation.organisation_id
        await unit.people.put_membership(Membership(user.id, organisation_id, invitation.role))
        await unit.links.delete_reset(user.id)  # another organisation's administrator may have been given it
        for group_id in sorted(await unit.groups.known(invitation.groups, organisation_id)):
            await unit.groups.put(group_id, user.id)
        entry = AuditEntry(
            "invitation.accepted",
            organisation_id,
            user.id,
            invitation.id,
            details={"invited_by": invitation.invited_by, "role": invitation.role.value},
        )
        await unit.record(entry)


def _invalid() -> LinkInvalidError:
    return LinkInvalidError("This link has expired or was used already. Ask for a new one.")
