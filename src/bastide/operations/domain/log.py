"""An audit log as a whole: where its tree stands, what is kept, and what one looks for in it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bastide.kit.json import JsonObject
from bastide.operations.domain.merkle import CompactRange
from bastide.operations.domain.record import Record

TILE_LEVEL = 8
TILE = 1 << TILE_LEVEL
"""Leaves per stored subtree; retention removes whole ones only."""


class QueryText(StrEnum):
    """What is kept of a question or search: its words, a keyed hash of them, or nothing."""

    KEEP = "keep"
    HASH = "hash"
    OMIT = "omit"


@dataclass(frozen=True, slots=True)
class LogPolicy:
    """What the organisation has decided.

    Attributes:
        query_text: hashed unless the organisation wants the words: they may quote what is erased later.
        fail_closed: nothing is answered that could not be written down.
    """

    query_text: QueryText = QueryText.HASH
    retention_days: int = 400
    fail_closed: bool = False


@dataclass(slots=True)
class Log:
    """`pruned`: entries below it are gone by retention."""

    log_id: str
    tree: CompactRange = field(default_factory=CompactRange)
    pruned: int = 0
    policy: LogPolicy = field(default_factory=LogPolicy)


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry with its place in the log."""

    position: int
    at: datetime
    record: Record
    body: JsonObject


@dataclass(frozen=True, slots=True)
class Sought:
    """What one looks for; None: anything. `action` may end in `*`."""

    action: str | None = None
    actor_id: str | None = None
    target: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
