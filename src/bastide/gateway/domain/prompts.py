"""What was asked and answered, where an organisation keeps it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from bastide.gateway.domain.call import CONVERSATIONS, Call, Operation

LOGGED = CONVERSATIONS | {Operation.COMPLETIONS}
MOST_BYTES = 1 << 20  # of a request, and of an answer; what is longer is cut off there


@dataclass(frozen=True, slots=True)
class LoggedPrompt:
    """One call, without its words. `size_bytes` of request and answer as they are kept."""

    id: str
    at: datetime
    organisation_id: str
    subject_id: str
    key_id: str
    model: str
    operation: str
    status: int
    streamed: bool
    request_id: str
    size_bytes: int

    @property
    def context(self) -> str:
        """What its sealed words are bound to."""
        return f"prompt:{self.organisation_id}:{self.id}"


class Words(msgspec.Struct, frozen=True, array_like=True):
    """The request as the model got it, the answer as the client got it; `truncated` if either was longer."""

    request: bytes
    content_type: bytes
    answer: bytes
    truncated: bool


@dataclass(frozen=True, slots=True)
class PromptQuery:
    """What to list: within `first` (included) and `last` (excluded), newest first, after that entry."""

    organisation_id: str
    subject_id: str | None = None
    key_id: str | None = None
    model: str | None = None
    first: datetime | None = None
    last: datetime | None = None


class Transcript:
    """Listens to one exchange; hands it over when it has ended, however it ended."""

    def __init__(self, call: Call, entry_id: str, at: datetime, keep: Callable[["Transcript"], None]) -> None:
        self.call = call
        self._id = entry_id
        self._at = at
        self._keep = keep
        self._status = 0
        self._content_type = b""
        self._left = MOST_BYTES
        self._pieces: list[bytes] = []
        self._truncated = len(call.body) > MOST_BYTES

    def start(self, status: int, content_type: bytes) -> None:
        """The head of the answer."""
        self._status = status
        self._content_type = content_type

    def write(self, data: bytes) -> None:
        """A piece of its body."""
        self._truncated = self._truncated or len(data) > self._left
        if self._left:
            self._pieces.append(data[: self._left])
            self._left -= len(self._pieces[-1])

    def end(self) -> None:
        self._keep(self)

    @property
    def words(self) -> Words:
        answer = b"".join(self._pieces)
        return Words(self.call.body[:MOST_BYTES], self._content_type, answer, self._truncated)

    @property
    def size_bytes(self) -> int:
        return min(len(self.call.body), MOST_BYTES) + MOST_BYTES - self._left

    @property
    def entry(self) -> LoggedPrompt:
        caller = self.call.principal
        return LoggedPrompt(
            self._id,
            self._at,
            caller.organisation_id,
            caller.subject_id,
            caller.key_id or "",
            self.call.model,
            self.call.operation.value,
            self._status,
            self.call.stream,
            self.call.request_id,
            self.size_bytes,
        )
