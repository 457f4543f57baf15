"""Failed logins, in the log of every organisation that the account belongs to; never what was typed."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bastide.identity.domain.errors import LoginThrottledError
from bastide.identity.ports import IdentityStore
from bastide.operations.contract import SYSTEM_LOG, AuditEntry, Outcome


@dataclass(frozen=True, slots=True)
class LoginFailures:
    store: IdentityStore

    @asynccontextmanager
    async def held_up(self, user_id: str | None, **details: str) -> AsyncGenerator[None]:
        """Records the first try that a wait holds up; whoever goes on trying is not to fill the log."""
        try:
            yield
        except LoginThrottledError as error:
            if error.first:
                await self.record(user_id, **details, reason="throttled")
            raise

    async def record(self, user_id: str | None, **details: str) -> None:
        """`user_id`: None = no such account. `purpose`: for what else than a login the password was asked."""
        async with self.store.transaction() as unit:
            logs = await unit.people.organisations_of(user_id) if user_id else ()
            for log in logs or (SYSTEM_LOG,):
                entry = AuditEntry(
                    "login.failed",
                    log,
                    user_id or "anonymous",
                    outcome=Outcome.FAILED,
                    details=dict(details),
                )
                await unit.record(entry)
