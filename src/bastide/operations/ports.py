"""What operations needs from outside: somebody to ask, and a place for the audit log."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeAlias

from bastide.identity.contract import Principal
from bastide.operations.domain.check import Check
from bastide.operations.domain.checkpoint import Checkpoint
from bastide.operations.domain.log import Log, LogPolicy, Placed, Sought
from bastide.operations.domain.personal import DataSubject, Documents, Erased, HeldFile, Job, JobQuery
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

    async def pending(self) -> bool:
        """Whether anything is written down that is not yet in a tree."""
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


class PushStore(Protocol):
    """How far each log has been brought to a SIEM. A log that never was starts with its oldest entry."""

    async def claim(self, holder: str, now: datetime, until: datetime) -> bool:
        """Whether it is this process's turn; nobody else's then before `until`."""
        ...

    async def release(self, holder: str) -> None:
        """It is nobody's turn."""
        ...

    async def waiting(self, limit: int) -> Sequence[tuple[str, Placed]]:
        """With their log; of each log the oldest first."""
        ...

    async def advance(self, positions: Mapping[str, int]) -> None:
        """By log, the first position that has not arrived."""
        ...

    async def lag(self) -> tuple[int, datetime | None]:
        """How many wait, and the time of the oldest."""
        ...


class Receiver(Protocol):
    """A SIEM that takes syslog."""

    async def send(self, messages: Sequence[str]) -> None:
        """Returns when the receiver has read all of them.

        Raises:
            ReceiverError: that is not known.
        """
        ...


class DataHolder(Protocol):
    """A part of Bastide that holds something on people."""

    @property
    def name(self) -> str:
        """One word; the folder of its files in an archive."""
        ...

    def held(self, subject: DataSubject) -> AsyncIterator[HeldFile]:
        """All of it, each file read to its end before the next."""
        ...

    async def erase(self, subject: DataSubject, documents: Documents) -> Erased:
        """Doing it again changes nothing."""
        ...


class DataSubjects(Protocol):
    """Who people are, and who may ask about them."""

    async def require(self, principal: Principal, user_id: str, *, erase: bool) -> None:
        """Raises PersonNotFoundError, DeniedError."""
        ...

    async def shut_out(self, principal: Principal, user_id: str) -> None:
        """No session and no key of theirs is good any more. Raises LastAdministratorError, DeniedError."""
        ...

    async def get(self, user_id: str, organisation_id: str) -> DataSubject | None:
        """None: erased already."""
        ...


class DocumentEraser(Protocol):
    """Deletes documents, and knows when nothing is left of them."""

    async def delete(self, principal: Principal, document_id: str) -> None:
        """Raises DocumentNotFoundError, DeniedError."""
        ...

    async def settled(self) -> None:
        """Once nothing is left of what was deleted before. Raises UnavailableError: call again."""
        ...


class JobStore(Protocol):
    """Rows of exports and erasures."""

    async def add(self, job: Job) -> None: ...

    async def get(self, job_id: str) -> Job | None: ...

    async def listing(self, query: JobQuery, before: str | None, limit: int) -> Sequence[Job]:
        """Newest first, those asked for before the job of that id."""
        ...

    async def unfinished(self) -> Sequence[Job]: ...

    async def archives(self, until: datetime, subject_id: str | None = None) -> Sequence[Job]:
        """Exports done by then whose archive is still there; of one person, or all."""
        ...

    async def put_erased(self, job_id: str, holder: str, erased: Erased) -> None:
        """What a holder said first stays said."""
        ...

    async def erased(self, job_id: str) -> Mapping[str, Erased]:
        """By holder."""
        ...

    async def finish(self, job: Job) -> None:
        """State, archive, receipt, failure and time."""
        ...

    async def failed_erasures(self) -> Sequence[Job]: ...

    async def again(self, job_id: str) -> bool:
        """A failed one is queued: True once."""
        ...

    async def collected(self, job_id: str) -> bool:
        """The archive is given out: True once."""
        ...
