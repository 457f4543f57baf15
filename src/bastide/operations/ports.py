"""What operations needs from outside: somebody to ask, and a place for the audit log."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from bastide.operations.domain.check import Check
from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.log import Log, LogPolicy, Placed, Sought
from bastide.operations.domain.record import Record
from bastide.platform.database.port import Connection


class Probe(Protocol):
    """Looks at one component."""

    @property
    def name(self) -> str: ...

    @property
    def needed(self) -> bool:
        """Whether the process is not ready without it."""
        ...

    async def check(self) -> Check:
        """Never slower than a few seconds; a fault of the component is a FAILED check.

        Raises:
            BastideError: taken as FAILED.
        """
        ...


Facts: TypeAlias = Callable[[], Awaitable[dict[str, object]]]


class AuditRows(Protocol):
    """The rows of all logs, in one transaction."""

    async def put_pending(self, log_id: str, record: Record) -> None:
        """Written down, not yet in the tree."""
        ...

    async def take_pending(self, limit: int) -> Sequence[tuple[str, Record]]:
        """The oldest, with their log; each is taken by one transaction only."""
        ...

    async def log(self, log_id: str, *, lock: bool = False) -> Log | None:
        """With `lock` it is made if it is not there, and no other transaction gets past before this ends."""
        ...

    async def log_ids(self) -> Sequence[str]: ...

    async def set_policy(self, log_id: str, policy: LogPolicy) -> None: ...

    async def append(self, log: Log, records: Sequence[Record], tiles: Sequence[tuple[int, bytes]]) -> None:
        """`log.tree` is as it will be after them; `tiles` are the completed subtrees of `TILE` leaves."""
        ...

    async def leaves(self, log_id: str, start: int, end: int) -> Sequence[bytes]:
        """Hashes of the leaves that are still there."""
        ...

    async def tiles(self, log_id: str, start: int, end: int) -> Sequence[bytes]: ...

    async def entry(self, log_id: str, position: int) -> Placed | None: ...

    async def entries(self, log_id: str, start: int, end: int) -> Sequence[Placed]:
        """By position; at most those of `start` ≤ position < `end`."""
        ...

    async def search(
        self, log_id: str, sought: Sought, before: int | None, limit: int
    ) -> tuple[Sequence[Placed], int]:
        """Newest first, below position `before`; and how many there are in all."""
        ...

    async def first_since(self, log_id: str, at: datetime) -> int | None:
        """Position of the first entry at or after a time; None when there is none."""
        ...

    async def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        """No error if there is one of this size."""
        ...

    async def checkpoint(self, log_id: str, at_least: int = 0) -> Checkpoint | None:
        """The newest; with `at_least` the smallest that covers so many entries."""
        ...

    async def checkpoints(self, log_id: str) -> Sequence[Checkpoint]:
        """Oldest first."""
        ...

    async def prune(self, log_id: str, below: int) -> None:
        """Remove entries and leaf hashes below a multiple of `TILE`; checkpoints and tiles stay."""
        ...

    async def erase_personal(self, log_id: str, position: int) -> None:
        """Forget the personal part of an entry; its commitment stays in the body."""
        ...


class AuditStore(Protocol):
    """Where the logs are."""

    def transaction(self) -> AbstractAsyncContextManager[AuditRows]: ...

    def reading(self) -> AbstractAsyncContextManager[AuditRows]: ...

    def within(self, connection: Connection, wake: Callable[[], None]) -> AuditRows:
        """In a transaction that another slice has open; `wake` is called when it has committed."""
        ...
