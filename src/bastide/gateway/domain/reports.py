"""What usage reports are asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bastide.gateway.domain.ledger import Totals


class Dimension(StrEnum):
    """What totals are broken down by. `group` stands alone or with day and model."""

    DAY = "day"
    KEY = "key"
    USER = "user"
    GROUP = "group"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class UsageQuery:
    """`first` to `last` day, both included; empty filters do not narrow."""

    organisation_id: str
    first: date
    last: date
    by: Sequence[Dimension] = ()
    subject_id: str | None = None
    key_id: str | None = None
    group_id: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class UsageRow:
    """Totals of one combination of the dimensions, whose values come in the order asked for."""

    values: tuple[str, ...]
    totals: Totals
