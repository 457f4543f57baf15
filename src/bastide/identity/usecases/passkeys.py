"""One's own passkeys: add, name, remove; and log in with nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.domain.errors import LinkInvalidError, LoginFailedError, PasskeyInvalidError
from bastide.identity.domain.errors import PasskeyNotFoundError as NotFound
from bastide.identity.domain.passkeys import MAX_PASSKEYS, Passkey, passkey_name
from bastide.identity.domain.principal import Principal
from bastide.identity.ports import IdentityStore, WebAuthn
from bastide.identity.usecases.challenges import Challenges
from bastide.identity.usecases.enrolment import keep_only_this_session, new_codes
from bastide.identity.usecases.open_session import NewSession, SessionOpener
from bastide.identity.usecases.prove_passkey import ProvePasskey
from bastide.identity.usecases.reauthenticate import Reauthenticate, require_browser, require_person
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.operations.contract import done_by, with_personal

_ADD, _LOG_IN = "passkey.add", "passkey.login"


@dataclass(frozen=True, slots=True)
class ManagePasskeys:
    store: IdentityStore
    webauthn: WebAuthn
    challenges: Challenges
    reauthenticate: Reauthenticate
    hashes: TokenHashes
    revocations: Revocations
    clock: Clock

    async def listing(self, principal: Principal) -> Sequence[Passkey]:
        """Oldest first. Raises ScopeError: by a key."""
        require_person(principal)
        async with self.store.reading() as unit:
            return await unit.passkeys.of_user(principal.subject_id)

    async def begin(self, principal: Principal, password: str) -> JsonObject:
        """Options for the browser. Raises SecondFactorError (password), PasskeyInvalidError (too many)."""
        user = await self.reauthenticate(principal, password)
        known = await self.listing(principal)
        if len(known) >= MAX_PASSKEYS:
            raise PasskeyInvalidError("Remove a passkey first.", reason="too_many", limit=MAX_PASSKEYS)
        return self.webauthn.creation_options(user, self.challenges.issue(user.id, _ADD), known)

    async def add(
        self, principal: Principal, name: str, answer: JsonObject
    ) -> tuple[Passkey, tuple[str, ...]]:
        """The passkey, and recovery codes if there were none. Other sessions end.

        Raises:
            PasskeyInvalidError: not an answer to what `begin` asked, or registered already.
            LinkInvalidError: that was too long ago.
        """
        require_browser(principal)
        name, token = passkey_name(name), self.webauthn.challenge_in(answer)
        if self.challenges.holder(token, _ADD) != principal.subject_id:
            raise PasskeyInvalidError("This answers somebody else's request.", reason="answer")
        made = self.webauthn.registered(answer, token)
        if not await self.challenges.use(token):
            raise LinkInvalidError("Begin again.")
        passkey = Passkey(new_id("pky"), principal.subject_id, name, made, self.clock.now())
        async with self.store.transaction() as unit:
            await unit.passkeys.add(passkey)
            factors = await unit.factors.of(passkey.user_id)
            codes = () if factors.recovery_codes else await new_codes(unit, self.hashes, passkey.user_id)
            await keep_only_this_session(unit, principal)
            added = done_by(principal, "passkey.added", passkey.id, synced=made.synced)
            await unit.record(with_personal(added, name=name))
        await self.revocations.subject(passkey.user_id)
        return passkey, codes

    async def rename(self, principal: Principal, passkey_id: str, name: str) -> None:
        """Raises PasskeyNotFoundError, PasskeyInvalidError (name)."""
        require_browser(principal)
        name = passkey_name(name)
        async with self.store.transaction() as unit:
            if not await unit.passkeys.rename(passkey_id, principal.subject_id, name):
                raise _missing(passkey_id)
            await unit.record(with_personal(done_by(principal, "passkey.renamed", passkey_id), name=name))

    async def remove(self, principal: Principal, passkey_id: str, password: str) -> None:
        """Raises PasskeyNotFoundError, SecondFactorError (password)."""
        await self.reauthenticate(principal, password)
        async with self.store.transaction() as unit:
            if not await unit.passkeys.remove(passkey_id, principal.subject_id):
                raise _missing(passkey_id)
            await unit.record(done_by(principal, "passkey.removed", passkey_id))


@dataclass(frozen=True, slots=True)
class PasskeyLogin:
    """An authenticator that verified its user is two factors in one: nothing else is asked."""

    store: IdentityStore
    webauthn: WebAuthn
    challenges: Challenges
    prove: ProvePasskey
    sessions: SessionOpener

    def begin(self) -> JsonObject:
        """Options for the browser: whoever's passkey it offers."""
        return self.webauthn.request_options(self.challenges.issue("", _LOG_IN))

    async def finish(self, answer: JsonObject, address: str | None, user_agent: str) -> NewSession:
        """Raises LoginFailedError, LinkInvalidError (too old, or used), PasskeyInvalidError (no answer)."""
        token = self.webauthn.challenge_in(answer)
        self.challenges.holder(token, _LOG_IN)
        passkey = await self.prove(answer, token, None)
        async with self.store.reading() as unit:
            user = await unit.people.user(passkey.user_id)
        if user is None or not user.active:
            raise LoginFailedError("This account is not active.")
        return await self.sessions.open(user, address, user_agent, strong=True)


def _missing(passkey_id: str) -> NotFound:
    return NotFound("You have no such passkey.", passkey_id=passkey_id)
