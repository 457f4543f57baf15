"""Bring new entries to a SIEM: at least once, in the order of each log, from a position that is kept in SQL.

One process does it at a time. The log never waits: what is read here is already in the tree, and a receiver
that is away costs only that its entries come later.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bastide.kit.clock import Clock
from bastide.kit.errors import BastideError
from bastide.kit.ids import new_id
from bastide.operations.domain.syslog import as_syslog
from bastide.operations.ports import PushStore, Receiver
from bastide.platform.uninterrupted import told_to_end

_BATCH = 1_000
_POLL_S = 1.0
_LONGEST_PAUSE_S = 60.0
_TURN = timedelta(minutes=1)
"""Longer than a receiver may take for a batch."""
_log = structlog.get_logger()


@dataclass(slots=True)
class PushAudit:
    """`host`: the name of this installation in the messages."""

    store: PushStore
    receiver: Receiver
    clock: Clock
    version: str
    host: str
    holder: str = field(default_factory=lambda: new_id("psh"))

    async def run(self) -> None:
        """Push until cancelled; after a failure pauses that grow to a minute."""
        pause_s = _POLL_S
        while not told_to_end():
            try:
                while await self.turn() == _BATCH:
                    pause_s = _POLL_S
                pause_s = _POLL_S
            except BastideError as error:
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                _log.warning("audit.not_pushed", code=error.code, error=str(error), again_in_s=pause_s)
            await asyncio.sleep(pause_s)

    async def release(self) -> None:
        """Somebody else's turn."""
        await self.store.release(self.holder)

    async def turn(self) -> int:
        """Send the oldest that wait; how many: 0 when it is another process's turn.

        Raises:
            ReceiverError: it is not known that they arrived. They will be sent again.
        """
        now = self.clock.now()
        if not await self.store.claim(self.holder, now, now + _TURN):
            return 0
        waiting = await self.store.waiting(_BATCH)
        if waiting:
            await self.receiver.send([as_syslog(placed, self.version, self.host) for _, placed in waiting])
            await self.store.advance({log_id: placed.position + 1 for log_id, placed in waiting})
        return len(waiting)
