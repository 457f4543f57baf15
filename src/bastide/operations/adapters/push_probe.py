"""Whether the SIEM gets the audit log."""

from datetime import timedelta

from bastide.kit.clock import Clock
from bastide.operations.domain.check import Check, CheckState
from bastide.operations.ports import PushStore

_LATE = timedelta(minutes=5)
_HINT = "See the receiver of `audit_syslog_url`; `audit.not_pushed` in the process log says what is wrong."


class PushProbe:
    """Looks at what waits; nothing is lost while it does."""

    name = "audit push"
    needed = False

    def __init__(self, store: PushStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def check(self) -> Check:
        count, oldest = await self._store.lag()
        if oldest is None or self._clock.now() - oldest < _LATE:
            return Check(self.name, CheckState.OK, f"{count} entries on their way")
        message = f"{count} entries wait for the receiver, the oldest since {oldest:%Y-%m-%d %H:%M} UTC"
        return Check(self.name, CheckState.WARNING, message, "audit.push_late", _HINT)
