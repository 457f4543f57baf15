"""End the session that asks."""

from dataclasses import dataclass

from bastide.identity.domain.principal import Principal
from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.revocations import Revocations
from bastide.operations.contract import done_by


@dataclass(frozen=True, slots=True)
class LogOut:
    store: IdentityStore
    revocations: Revocations

    async def __call__(self, principal: Principal) -> None:
        """Without effect for a key."""
        if principal.session_id is None:
            return
        async with self.store.transaction() as unit:
            await unit.sessions.delete([principal.session_id])
            await unit.record(done_by(principal, "session.closed", principal.session_id))
        await self.revocations.credential(principal.session_id)
