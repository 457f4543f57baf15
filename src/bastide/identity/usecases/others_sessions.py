"""Sessions of other people, for administrators: where somebody is signed in here, and ending that."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.contract import Policy
from bastide.identity.domain.errors import SessionNotFoundError
from bastide.identity.domain.permissions import Action
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.sessions import Session
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.manage_people import person_in, require_inferior
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class OthersSessions:
    """Those in the caller's organisation; what people do in others is not its business."""

    store: IdentityStore
    policy: Policy
    revocations: Revocations
    clock: Clock

    async def listing(self, principal: Principal, user_id: str) -> Sequence[Session]:
        """Living ones, newest first. Raises PersonNotFoundError; PermissionDeniedError for a superior."""
        self.policy.require(principal, Action.PEOPLE_MANAGE)
        now = self.clock.now()
        async with self.store.reading() as unit:
            person = await person_in(unit, principal, user_id)
            require_inferior(principal, person.role)
            found = await unit.sessions.of_user(user_id)
        here = principal.organisation_id
        return [one for one in found if one.organisation_id == here and not one.expired(now)]

    async def end(self, principal: Principal, user_id: str, session_id: str | None = None) -> int:
        """One, or all of them; how many there were.

        Raises:
            SessionNotFoundError; as `listing`.
        """
        ended = [one.id for one in await self.listing(principal, user_id) if session_id in {None, one.id}]
        if session_id is not None and not ended:
            raise SessionNotFoundError("This person has no such session here.", session_id=session_id)
        async with self.store.transaction() as unit:
            await unit.sessions.delete(ended)
            for one in ended:
                await unit.record(done_by(principal, "session.ended", one, user_id=user_id))
        await self.revocations.credential(*ended)
        return len(ended)
