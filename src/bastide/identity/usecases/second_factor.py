"""The generator of one-time passwords and the recovery codes: set up, renewed, taken away."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import PermissionDeniedError, SecondFactorError
from bastide.identity.domain.factors import Factors, Totp
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal, Role
from bastide.identity.domain.totp import (
    enrolment_uri,
    matching_step,
    new_seed,
    plain_code,
    seed_text,
    totp_context,
)
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.enrolment import keep_only_this_session, new_codes
from bastide.identity.usecases.login_throttle import LoginThrottle
from bastide.identity.usecases.manage_people import person_in, require_inferior
from bastide.identity.usecases.reauthenticate import (
    Reauthenticate,
    require_browser,
    require_person,
    second_account,
)
from bastide.identity.usecases.revocations import Revocations
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.operations.contract import done_by
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
    hashes: TokenHashes
    throttle: LoginThrottle
    reauthenticate: Reauthenticate
    revocations: Revocations
    clock: Clock

    async def of(self, principal: Principal) -> Factors:
        """What the caller has set up. Raises ScopeError: by a key."""
        require_person(principal)
        async with self.store.reading() as unit:
            return await unit.factors.of(principal.subject_id)

    async def begin(self, principal: Principal, password: str) -> Enrolment:
        """A new seed, which counts from `confirm` on.

        Raises:
            SecondFactorError: there is one already; the password is wrong.
        """
        user = await self.reauthenticate(principal, password)
        async with self.store.reading() as unit:
            if (await unit.factors.of(user.id)).totp:
                raise SecondFactorError("There is a generator already. Take it away first.", reason="exists")
        seed = new_seed()
        sealed = await self.keyring.seal(seed, totp_context(user.id))
        async with self.store.transaction() as unit:
            await unit.factors.put_totp(Totp(user.id, sealed, confirmed=False, last_step=0))
        return Enrolment(seed_text(seed), enrolment_uri(seed, user.email, _ISSUER))

    async def confirm(self, principal: Principal, code: str) -> tuple[str, ...]:
        """The generator counts from now on; gives recovery codes, shown this once. Other sessions end.

        Raises:
            SecondFactorError: nothing was begun, or the code is wrong.
        """
        require_browser(principal)
        async with self.store.reading() as unit:
            totp = await unit.factors.totp(principal.subject_id)
        if totp is None or totp.confirmed:
            raise SecondFactorError("Begin anew.", reason="not_begun")
        account = second_account(self.hashes, totp.user_id)
        await self.throttle.admit_second(account)
        seed = await self.keyring.open(totp.sealed_seed, totp_context(totp.user_id))
        step = matching_step(seed, plain_code(code), self.clock.now(), totp.last_step)
        if step is None:
            raise SecondFactorError("This code is not right.", reason="code")
        async with self.store.transaction() as unit:
            await unit.factors.put_totp(replace(totp, confirmed=True, last_step=step))
            codes = await new_codes(unit, self.hashes, totp.user_id)
            await keep_only_this_session(unit, principal)
            await unit.record(done_by(principal, "second_factor.added", totp.user_id, kind="totp"))
        await self.throttle.forget_second(account)
        await self.revocations.subject(totp.user_id)
        return codes

    async def renew_codes(self, principal: Principal, password: str) -> tuple[str, ...]:
        """New recovery codes; the ones before are void. Raises SecondFactorError."""
        user = await self.reauthenticate(principal, password)
        async with self.store.transaction() as unit:
            if not (await unit.factors.of(user.id)).any:
                raise SecondFactorError("There is no second factor.", reason="missing")
            codes = await new_codes(unit, self.hashes, user.id)
            await unit.record(done_by(principal, "second_factor.codes_renewed", user.id))
        return codes

    async def remove(self, principal: Principal, password: str) -> None:
        """Take one's own generator away. Raises SecondFactorError: the password is wrong."""
        user = await self.reauthenticate(principal, password)
        async with self.store.transaction() as unit:
            await unit.factors.remove_totp(user.id)
            await unit.record(done_by(principal, "second_factor.removed", user.id))

    async def reset(self, principal: Principal, user_id: str) -> None:
        """Take away all factors of somebody who has lost them; their sessions end.

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
