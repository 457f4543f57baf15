"""Log a person in with e-mail and password."""

from dataclasses import dataclass

from bastide.identity.domain.errors import EmailInvalidError, LoginFailedError
from bastide.identity.domain.factors import Challenge
from bastide.identity.domain.people import User, normalise_email
from bastide.identity.ports import IdentityStore, PasswordHasher
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.second_step import SecondStep
from bastide.identity.usecases.tokens import TokenHashes


@dataclass(frozen=True, slots=True)
class LoginAttempt:
    """What came with the login.

    Attributes:
        address: the client's, as the trusted proxies tell it.
        device_cookie: `<user id>.<nonce>.<proof>` from an earlier login on this browser.
    """

    email: str
    password: str
    address: str | None
    user_agent: str
    device_cookie: str | None = None


@dataclass(frozen=True, slots=True)
class LogIn:
    """Unknown account, wrong password and inactive account answer alike and take as long."""

    store: IdentityStore
    hasher: PasswordHasher
    hashes: TokenHashes
    throttle: LoginThrottle
    sessions: SessionOpener
    second: SecondStep
    failures: LoginFailures

    async def __call__(self, attempt: LoginAttempt) -> NewSession | Challenge:
        """A session of the browser; a challenge for who has a second factor.

        Raises:
            LoginFailedError, LoginThrottledError.
        """
        proved = await self.prove(attempt)
        if isinstance(proved, Challenge):
            return proved
        return await self.sessions.open(proved, attempt.address, attempt.user_agent)

    async def prove(self, attempt: LoginAttempt) -> User | Challenge:
        """Whose e-mail and password these are. Raises LoginFailedError, LoginThrottledError."""
        user, password_hash = await self._account(attempt.email)
        account = self.hashes.throttle(user.email if user else attempt.email.strip().lower())
        device = self._device(user, attempt.device_cookie)
        async with self.failures.held_up(user and user.id):
            await self.throttle.admit(account, attempt.address, device)
        matches = await self.hasher.verify(attempt.password, password_hash)
        if user is None or not matches or not user.active:
            await self.failures.record(user and user.id)
            raise LoginFailedError("The e-mail address or the password is wrong.")
        await self.throttle.succeeded(account, attempt.address, device)
        return await self.second.challenge(user) or user

    async def _account(self, text: str) -> tuple[User | None, str | None]:
        try:
            email = normalise_email(text)
        except EmailInvalidError:
            return None, None
        async with self.store.reading() as unit:
            user = await unit.people.user_by_email(email)
            return user, None if user is None else await unit.people.password_hash(user.id)

    def _device(self, user: User | None, cookie: str | None) -> str | None:
        if user is None or cookie is None:
            return None
        user_id, nonce, proof = (*cookie.split(".", 2), "", "")[:3]
        return nonce if user_id == user.id and proof == self.hashes.device(user_id, nonce) else None
