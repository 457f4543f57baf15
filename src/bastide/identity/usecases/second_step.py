"""The second step of a login: what is asked for when the password was right."""

from dataclasses import dataclass

from bastide.identity.domain.errors import LinkInvalidError, LoginFailedError
from bastide.identity.domain.factors import Challenge
from bastide.identity.domain.people import User
from bastide.identity.domain.totp import matching_step, plain_code, totp_context
from bastide.identity.ports import IdentityStore, WebAuthn
from bastide.identity.usecases.challenges import Challenges
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.prove_passkey import ProvePasskey
from bastide.identity.usecases.reauthenticate import second_account
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject
from bastide.platform.secrets.port import Keyring

_PURPOSE = "login"


@dataclass(frozen=True, slots=True)
class SecondStep:
    store: IdentityStore
    webauthn: WebAuthn
    keyring: Keyring
    hashes: TokenHashes
    challenges: Challenges
    prove_passkey: ProvePasskey
    throttle: LoginThrottle
    failures: LoginFailures
    clock: Clock

    async def challenge(self, user: User) -> Challenge | None:
        """For somebody whose password was right; None when there is no second factor."""
        async with self.store.reading() as unit:
            factors = await unit.factors.of(user.id)
            passkeys = await unit.passkeys.of_user(user.id)
        if not factors.any:
            return None
        token = self.challenges.issue(user.id, _PURPOSE)
        options = self.webauthn.request_options(token, passkeys, verify_user=False) if passkeys else None
        return Challenge(token, factors.methods, options)

    async def answer(self, token: str, answer: str | JsonObject) -> User:
        """Whose login it is, now proved. A string is a code, of the generator or for recovery; else a
        passkey's answer.

        Raises:
            LinkInvalidError: the challenge is too old or was used.
            LoginFailedError: the answer is wrong. LoginThrottledError: too many were.
        """
        user_id = self.challenges.holder(token, _PURPOSE)
        account = second_account(self.hashes, user_id)
        async with self.failures.held_up(user_id, factor="second"):
            await self.throttle.admit_second(account)
        async with self.store.reading() as unit:
            user = await unit.people.user(user_id)
        if user is None or not user.active:
            raise LoginFailedError("This account is not active.")
        if isinstance(answer, str):
            await self._check_code(token, user_id, plain_code(answer))
        else:
            await self.prove_passkey(answer, token, user_id, verify_user=False)
        await self.throttle.forget_second(account)
        return user

    async def _check_code(self, token: str, user_id: str, code: str) -> None:
        if not await self._accepted(user_id, code):
            await self.failures.record(user_id, factor="second")
            raise LoginFailedError("This code is not right.")
        if not await self.challenges.use(token):
            raise LinkInvalidError("Log in again.")

    async def _accepted(self, user_id: str, code: str) -> bool:
        """A code of the generator, or a recovery code; either is good once."""
        if not code.isdigit():
            async with self.store.transaction() as unit:
                return await unit.factors.use_recovery_code(user_id, self.hashes.recovery(code))
        async with self.store.reading() as unit:
            totp = await unit.factors.totp(user_id)
        if totp is None or not totp.confirmed:
            return False
        seed = await self.keyring.open(totp.sealed_seed, totp_context(user_id))
        step = matching_step(seed, code, self.clock.now(), totp.last_step)
        if step is None:
            return False
        async with self.store.transaction() as unit:
            return await unit.factors.use_step(user_id, step)
