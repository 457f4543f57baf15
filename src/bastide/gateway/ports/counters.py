"""What is used of limits and budgets at the moment: in this process, or shared by several."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec


class CounterKind(StrEnum):
    """`window` slides; `budget` is kept until its period ends; `slots` are held while a request runs."""

    WINDOW = "window"
    BUDGET = "budget"
    SLOTS = "slots"


class Claim(msgspec.Struct, frozen=True):
    """What a request wants of one counter.

    Attributes:
        tenant: the organisation; counters of one tenant are kept together.
        period_s: of a window: its length; of a budget: how long the counter is still of use.
    """

    tenant: str
    counter: str
    kind: CounterKind
    limit: int
    amount: int
    period_s: float


class Granted(msgspec.Struct, frozen=True):
    """All claims hold. `remaining` after them, in their order; `marks` are for `settle`."""

    remaining: tuple[int, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """None holds, because of the claim at `index`.

    Attributes:
        retry_after_s: when as much may be free again; None: not by waiting for a window.
    """

    index: int
    used: int
    retry_after_s: float | None


@dataclass(frozen=True, slots=True)
class Unseeded:
    """These budget counters are not there (a new period, a restart): `seed` them and claim again."""

    counters: tuple[str, ...]


class Counters(Protocol):
    """Atomic: of many claims at once, never more than the limit is granted."""

    async def claim(self, claims: Sequence[Claim], holder: str) -> Granted | Refused | Unseeded:
        """Take all or nothing. `holder` names the request until it is settled."""
        ...

    def settle(
        self, claims: Sequence[Claim], marks: Sequence[int], actual: Sequence[int], holder: str
    ) -> None:
        """Replace what was claimed by what was used. Told in the background where others must know."""
        ...

    async def seed(self, tenant: str, counter: str, used: int, period_s: float) -> None:
        """What a budget counter starts from, unless it has been started meanwhile."""
        ...

    async def used(self, tenant: str, counter: str) -> int | None:
        """What is used and reserved of a budget; None: the counter is not there."""
        ...

    async def close(self) -> None: ...
