"""Have somebody who is logged in prove the password again, before a change of how they log in."""

from dataclasses import dataclass

from bastide.identity.domain.errors import PermissionDeniedError, ScopeError, SecondFactorError
from bastide.identity.domain.people import User
from bastide.identity.domain.principal import CredentialKind, Principal
from bastide.identity.ports import IdentityStore, PasswordHasher
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.tokens import TokenHashes


@dataclass(frozen=True, slots=True)
class Reauthenticate:
    store: IdentityStore
    hasher: PasswordHasher
    hashes: TokenHashes
    throttle: LoginThrottle
    failures: LoginFailures

    async def __call__(self, principal: Principal, password: str) -> User:
        """The caller, who knows the password. Raises SecondFactorError, LoginThrottledError."""
        require_browser(principal)
        account = second_account(self.hashes, principal.subject_id)
        async with self.failures.held_up(principal.subject_id, purpose="confirmation"):
            await self.throttle.admit_second(account)
        async with self.store.reading() as unit:
            user = await unit.people.user(principal.subject_id)
            stored = await unit.people.password_hash(principal.subject_id)
        if user is None or not await self.hasher.verify(password, stored):
            await self.failures.record(principal.subject_id, purpose="confirmation")
            raise SecondFactorError("The password is not right.", reason="password")
        await self.throttle.forget_second(account)
        return user


def require_browser(principal: Principal) -> None:
    """Raises PermissionDeniedError: a key or a token does not change how its holder logs in."""
    if principal.credential is not CredentialKind.SESSION:
        raise PermissionDeniedError("Log in with a browser to change this.")


def require_person(principal: Principal) -> None:
    """Raises ScopeError: a key does what its scopes cover, and none covers the account of who holds it."""
    if principal.credential is CredentialKind.KEY:
        raise ScopeError("An API key cannot see or change the account of its holder. Log in.")


def second_account(hashes: TokenHashes, user_id: str) -> str:
    """Under which tries at what comes after the password are counted."""
    return hashes.throttle(f"second:{user_id}")
