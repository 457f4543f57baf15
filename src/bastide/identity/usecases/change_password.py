"""Change one's own password; every session of the person ends but a new one for the browser that asked."""

from dataclasses import dataclass, replace

from bastide.identity.domain.errors import PasswordWrongError, PermissionDeniedError
from bastide.identity.domain.people import User
from bastide.identity.domain.principal import CredentialKind, Principal
from bastide.identity.ports import IdentityStore, PasswordHasher
from bastide.identity.usecases.choose_password import PasswordRules
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """`address` and `user_agent` are those of the browser that asks."""

    current: str
    new: str
    address: str | None
    user_agent: str


@dataclass(frozen=True, slots=True)
class ChangePassword:
    store: IdentityStore
    hasher: PasswordHasher
    rules: PasswordRules
    hashes: TokenHashes
    throttle: LoginThrottle
    sessions: SessionOpener
    revocations: Revocations
    failures: LoginFailures

    async def __call__(self, principal: Principal, change: PasswordChange) -> NewSession:
        """Raises PasswordWrongError, PasswordWeakError, LoginThrottledError."""
        if principal.credential is not CredentialKind.SESSION:
            raise PermissionDeniedError("Log in with a browser to change the password.")
        user = await self._verified(principal, change)
        await self.rules.check(change.new, user.email)
        if change.new == change.current:
            raise PasswordWrongError("The new password is the old one.", reason="same")
        new_hash = await self.hasher.hash(change.new)
        changed = replace(user, must_change_password=False)
        async with self.store.transaction() as unit:
            await unit.people.set_password_hash(user.id, new_hash)
            await unit.people.update_user(changed)
            present = await unit.sessions.of_user(user.id)
            strong = any(one.strong for one in present if one.id == principal.session_id)
            await unit.sessions.delete_of(user.id)
            await unit.links.delete_reset(user.id)
            await unit.record(done_by(principal, "password.changed", user.id))
            opened = await self.sessions.open_in(
                unit,
                changed,
                principal.organisation_id,
                change.address,
                change.user_agent,
                strong=strong,
            )
        await self.revocations.subject(user.id)
        return opened

    async def _verified(self, principal: Principal, change: PasswordChange) -> User:
        async with self.store.reading() as unit:
            user = await unit.people.user(principal.subject_id)
            password_hash = await unit.people.password_hash(principal.subject_id)
        account = self.hashes.throttle(principal.subject_id)
        async with self.failures.held_up(principal.subject_id, purpose="password_change"):
            await self.throttle.admit(account, change.address, principal.session_id)
        if user is None or not await self.hasher.verify(change.current, password_hash):
            await self.failures.record(principal.subject_id, purpose="password_change")
            raise PasswordWrongError("The current password is not right.")
        await self.throttle.succeeded(account, change.address, principal.session_id)
        return user
