"""Where calls are written down before anything else knows of them."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from bastide.gateway.domain.ledger import Entry
from bastide.kit.errors import UnavailableError


class JournalError(UnavailableError):
    """The journal cannot be written: the disk is full, or gone."""

    code = "journal.unwritable"


class Abandoned(Protocol):
    """The journal of a process that died."""

    def entries(self, most: int) -> Iterator[Sequence[Entry]]:
        """The last state of every call, at most so many at a time; one that never ended is interrupted."""
        ...

    def remove(self) -> None:
        """All of it is safe elsewhere."""
        ...


class Journal(Protocol):
    """Appends, and gives back in order. What was appended survives the death of the process."""

    def append(self, entry: Entry) -> None:
        """Returns when the operating system has it. Raises JournalError."""
        ...

    def read(self, most: int) -> Sequence[Entry]:
        """The next calls that have ended; empty: none for now."""
        ...

    def forget(self) -> None:
        """All that was read is safe elsewhere."""
        ...

    def abandoned(self) -> Iterator[Abandoned]:
        """Journals of processes that died, each given to one process only."""
        ...

    async def sync(self) -> None:
        """Bring what was appended to the disk, to survive a power cut as well."""
        ...

    def close(self) -> None:
        """What was read and forgotten is gone; the rest is found as abandoned by the next process."""
        ...
