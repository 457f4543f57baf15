"""Check a passkey's answer to a challenge."""

from dataclasses import dataclass

from bastide.identity.domain.errors import LinkInvalidError, LoginFailedError, PasskeyInvalidError
from bastide.identity.domain.passkeys import Passkey
from bastide.identity.ports import IdentityStore, WebAuthn
from bastide.identity.usecases.challenges import Challenges
from bastide.identity.usecases.login_failures import LoginFailures
from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject

_WRONG = "This passkey is not known here, or its answer is not right."


@dataclass(frozen=True, slots=True)
class ProvePasskey:
    store: IdentityStore
    webauthn: WebAuthn
    challenges: Challenges
    failures: LoginFailures
    clock: Clock

    async def __call__(
        self, answer: JsonObject, token: str, user_id: str | None, *, verify_user: bool = True
    ) -> Passkey:
        """The passkey, of the person asked for where it is known who that is. `token` is spent.

        Raises:
            LoginFailedError: no such passkey, somebody else's, or a wrong answer.
            LinkInvalidError: the challenge was answered before.
        """
        try:
            passkey = await self._claimed(answer, user_id)
            count = self.webauthn.asserted(answer, token, passkey, verify_user=verify_user)
        except PasskeyInvalidError as error:
            await self.failures.record(user_id, factor="passkey")
            raise LoginFailedError(_WRONG) from error
        if not await self.challenges.use(token):
            raise LinkInvalidError("Log in again.")
        async with self.store.transaction() as unit:
            grown = await unit.passkeys.use(passkey.id, count, self.clock.now())
        if not grown:
            await self.failures.record(passkey.user_id, factor="passkey", reason="copied")
            raise LoginFailedError(_WRONG)
        return passkey

    async def _claimed(self, answer: JsonObject, user_id: str | None) -> Passkey:
        credential_id = self.webauthn.credential_in(answer)
        async with self.store.reading() as unit:
            passkey = await unit.passkeys.by_credential(credential_id)
        if passkey is None or user_id not in {None, passkey.user_id}:
            raise PasskeyInvalidError(_WRONG, reason="unknown")
        return passkey
