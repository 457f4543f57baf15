"""Metadata filters: what the API takes, parsed into conditions that every index adapter can compile.

`{"department": "finance", "year": {"gte": 2023, "lt": 2025}, "tag": ["a", "b"],
"signed": {"gte": "2024-01-01"}}`
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias

Scalar: TypeAlias = str | int | float | bool

# Of the passage, whatever its document's metadata has under these names. A passage on pages 3 to 5 has all
# of them: a bound or a value holds when it holds for one of the pages.
PASSAGE_FIELDS = frozenset({"language", "page"})

DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value at `field` (dotted path; any element if it is a list) equals one of `values`.

    `negated`: none of them equals, which is true as well where the field is absent.
    """

    field: str
    values: tuple[Scalar, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InRange:
    """Numeric bounds, None = open."""

    field: str
    gt: float | None = None
    gte: float | None = None
    lt: float | None = None
    lte: float | None = None


@dataclass(frozen=True, slots=True)
class InPeriod:
    """Date bounds (UTC), None = open."""

    field: str
    gt: datetime | None = None
    gte: datetime | None = None
    lt: datetime | None = None
    lte: datetime | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """The field is there (or not); null counts as absent."""

    field: str
    present: bool = True


Condition: TypeAlias = OneOf | InRange | InPeriod | Exists


def as_date(text: str) -> datetime | None:
    """An ISO 8601 date, or date and time, in UTC (which is assumed where it does not say); else None."""
    if not DATE_ONLY.match(text):
        return None
    try:
        date = datetime.fromisoformat(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
