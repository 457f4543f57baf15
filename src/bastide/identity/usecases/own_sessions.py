"""One's own sessions: which browsers are logged in, and ending them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bastide.identity.domain.errors import SessionNotFoundError
from bastide.identity.domain.principal import Principal
from bastide.identity.domain.sessions import Session
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.reauthenticate import require_person
from bastide.identity.usecases.revocations import Revocations
from bastide.kit.clock import Clock
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class OwnSessions:
    store: IdentityStore
    revocations: Revocations
    clock: Clock

    async def listing(self, principal: Principal) -> Sequence[Session]:
        """Living ones, newest first, in every organisation. Raises ScopeError: by a key."""
        require_person(principal)
        now = self.clock.now()
        async with self.store.reading() as unit:
            found = await unit.sessions.of_user(principal.subject_id)
        return [session for session in found if not session.expired(now)]

    async def end(self, principal: Principal, session_id: str) -> None:
        """Raises SessionNotFoundError."""
        if session_id not in [session.id for session in await self.listing(principal)]:
            raise SessionNotFoundError("You have no such session.", session_id=session_id)
        await self._end(principal, [session_id])

    async def end_others(self, principal: Principal) -> int:
        """All but the one that asks; how many there were."""
        others = [one.id for one in await self.listing(principal) if one.id != principal.session_id]
        await self._end(principal, others)
        return len(others)

    async def _end(self, principal: Principal, session_ids: Sequence[str]) -> None:
        async with self.store.transaction() as unit:
            await unit.sessions.delete(session_ids)
            for session_id in session_ids:
                await unit.record(done_by(principal, "session.ended", session_id))
        await self.revocations.credential(*session_ids)
