"""Metadata filters: what the API takes, parsed into conditions that every index adapter can compile.

`{"department": "finance", "year": {"gte": 2023, "lt": 2025}, "tag": ["a", "b"],
"signed": {"gte": "2024-01-01"}}`
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

Scalar: TypeAlias = "str | int | float | bool"


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value at `field` (dotted path; any element if it is a list) equals one of `values`."""

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
    """The field is there (or not)."""

    field: str
    present: bool = True


Condition: TypeAlias = "OneOf | InRange | InPeriod | Exists"
