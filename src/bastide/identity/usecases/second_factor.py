"""The second factor: set up, used at login, taken away."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import (
    LinkInvalidError,
    LoginFailedError,
    PermissionDeniedError,
    SecondFactorError,
)
from bastide.identity.domain.factors import Challenge, Factors, Totp
from bastide.identity.domain.people import User
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import CredentialKind, Principal, Role
from bastide.identity.domain.totp import (
    RECOVERY_CODES,
    enrolment_uri,
    matching_step,
    new_recovery_code,
    new_seed,
    plain_code,
    seed_text,
)
from bastide.identity.ports import IdentityStore, PasswordHasher
from bastide.identity.usecases.challenges import Challenges
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.manage_people import person_in, require_inferior
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.operations.contract import AuditEntry, Outcome, done_by
from bastide.platform.secrets.port import Keyring

_ISSUER = "Bastide"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the application that shows the codes is told, once."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class SecondFactor:
    store: IdentityStore
    policy: Policy
    keyring: Keyring
    hasher: PasswordHasher
    hashes: TokenHashes
    challenges: Challenges
    throttle: LoginThrottle
    sessions: SessionOpener
    revocations: Revocations
    clock: Clock

    async def of(self, principal: Principal) -> Factors:
        """What the caller has set up."""
        async with self.store.reading() as unit:
            return await unit.factors.of(principal.subject_id)

    async def begin(self, principal: Principal, password: str) -> Enrolment:
        """A new seed, which counts from `confirm` on.

        Raises:
            SecondFactorError: there is one already; the password is wrong.
        """
        user = await self._proved(principal, password)
        async with self.store.reading() as unit:
            if (await unit.factors.of(user.id)).totp:
                raise SecondFactorError("There is a generator already. Take it away first.", reason="exists")
        seed = new_seed()
        sealed = await self.keyring.seal(seed, _context(user.id))
        async with self.store.transaction() as unit:
            await unit.factors.put_totp(Totp(user.id, sealed, confirmed=False, last_step=0))
        return Enrolment(seed_text(seed), enrolment_uri(seed, user.email, _ISSUER))

    async def confirm(self, principal: Principal, code: str) -> tuple[str, ...]:
        """The generator counts from now on; gives recovery codes, shown this once. Other sessions end.

        Raises:
            SecondFactorError: nothing was begun, or the code is wrong.
        """
        self._require_session(principal)
        async with self.store.reading() as unit:
            totp = await unit.factors.totp(principal.subject_id)
        if totp is None or totp.confirmed:
            raise SecondFactorError("Begin anew.", reason="not_begun")
        await self.throttle.admit_second(self._account(principal.subject_id))
        seed = await self.keyring.open(totp.sealed_seed, _context(totp.user_id))
        step = matching_step(seed, plain_code(code), self.clock.now(), totp.last_step)
        if step is None:
            raise SecondFactorError("This code is not right.", reason="code")
        codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
        async with self.store.transaction() as unit:
            await unit.factors.put_totp(replace(totp, confirmed=True, last_step=step))
            await unit.factors.put_recovery_codes(totp.user_id, [self.hashes.recovery(one) for one in codes])
            ended = [one.id for one in await unit.sessions.of_user(totp.user_id)]
            others = [one for one in ended if one != principal.session_id]
            await unit.sessions.delete(others)
            await unit.sessions.strengthen(principal.session_id or "")
            await unit.record(done_by(principal, "second_factor.added", totp.user_id, kind="totp"))
        await self.throttle.forget_second(self._account(principal.subject_id))
        await self.revocations.subject(totp.user_id)
        return codes

    async def renew_codes(self, principal: Principal, password: str) -> tuple[str, ...]:
        """New recovery codes; the ones before are void. Raises SecondFactorError."""
        user = await self._proved(principal, password)
        codes = tuple(new_recovery_code() for _ in range(RECOVERY_CODES))
        async with self.store.transaction() as unit:
            if not (await unit.factors.of(user.id)).any:
                raise SecondFactorError("There is no second factor.", reason="missing")
            await unit.factors.put_recovery_codes(user.id, [self.hashes.recovery(one) for one in codes])
            await unit.record(done_by(principal, "second_factor.codes_renewed", user.id))
        return codes

    async def remove(self, principal: Principal, password: str) -> None:
        """Take one's own away. Raises SecondFactorError: the password is wrong."""
        user = await self._proved(principal, password)
        async with self.store.transaction() as unit:
            await unit.factors.remove(user.id)
            await unit.record(done_by(principal, "second_factor.removed", user.id))

    async def reset(self, principal: Principal, user_id: str) -> None:
        """Take away that of somebody who has lost it; their sessions end.

        Raises:
            PersonNotFoundError.
            PermissionDeniedError: a superior, or somebody who belongs to other organisations too.
        """
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        async with self.store.transaction() as unit:
            person = await person_in(unit, principal, user_id)
            require_inferior(principal, person.role)
            others = set(await unit.people.organisations_of(user_id)) - {principal.organisation_id}
            if others and principal.role is not Role.SYSTEM_ADMIN:
                raise PermissionDeniedError("This person belongs to other organisations too.")
            await unit.factors.remove(user_id)
            await unit.sessions.delete_of(user_id)
            await unit.record(done_by(principal, "second_factor.reset", user_id))
        await self.revocations.subject(user_id)

    async def challenge(self, user: User) -> Challenge | None:
        """For somebody whose password was right; None when there is no second factor."""
        async with self.store.reading() as unit:
            factors = await unit.factors.of(user.id)
        if not factors.any:
            return None
        methods = ("totp", *(("recovery",) if factors.recovery_codes else ()))
        return Challenge(self.challenges.issue(user.id), methods)

    async def answer(self, token: str, code: str, address: str | None, user_agent: str) -> NewSession:
        """The end of the login.

        Raises:
            LinkInvalidError: the challenge is too old or was used.
            LoginFailedError: the code is wrong. LoginThrottledError: too many were.
        """
        user_id = self.challenges.holder(token)
        account = self._account(user_id)
        await self.throttle.admit_second(account)
        async with self.store.reading() as unit:
            user = await unit.people.user(user_id)
        if user is None or not user.active or not await self._accepted(user_id, plain_code(code)):
            await self._record_failure(user_id)
            raise LoginFailedError("This code is not right.")
        if not await self.challenges.use(token):
            raise LinkInvalidError("Log in again.")
        await self.throttle.forget_second(account)
        return await self.sessions.open(user, address, user_agent, strong=True)

    async def _accepted(self, user_id: str, code: str) -> bool:
        """A code of the generator, or a recovery code; either is good once."""
        async with self.store.reading() as unit:
            totp = await unit.factors.totp(user_id)
        if totp is None or not totp.confirmed:
            return False
        if not code.isdigit():
            async with self.store.transaction() as unit:
                return await unit.factors.use_recovery_code(user_id, self.hashes.recovery(code))
        seed = await self.keyring.open(totp.sealed_seed, _context(user_id))
        step = matching_step(seed, code, self.clock.now(), totp.last_step)
        if step is None:
            return False
        async with self.store.transaction() as unit:
            return await unit.factors.use_step(user_id, step)

    async def _record_failure(self, user_id: str) -> None:
        async with self.store.transaction() as unit:
            for log in await unit.people.organisations_of(user_id):
                entry = AuditEntry("login.failed", log, user_id, outcome=Outcome.FAILED)
                await unit.record(replace(entry, details={"factor": "second"}))

    async def _proved(self, principal: Principal, password: str) -> User:
        """The caller, who knows the password. Raises SecondFactorError, LoginThrottledError."""
        self._require_session(principal)
        account = self._account(principal.subject_id)
        await self.throttle.admit_second(account)
        async with self.store.reading() as unit:
            user = await unit.people.user(principal.subject_id)
            stored = await unit.people.password_hash(principal.subject_id)
        if user is None or not await self.hasher.verify(password, stored):
            raise SecondFactorError("The password is not right.", reason="password")
        await self.throttle.forget_second(account)
        return user

    def _account(self, user_id: str) -> str:
        return self.hashes.throttle(f"second:{user_id}")

    def _require_session(self, principal: Principal) -> None:
        if principal.credential is not CredentialKind.SESSION:
            raise PermissionDeniedError("Log in with a browser to change this.")


def _context(user_id: str) -> str:
    return f"totp:{user_id}"
