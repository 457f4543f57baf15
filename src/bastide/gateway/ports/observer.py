"""Who is told how calls went: metrics, traces. Never what was said in them."""

from typing import Protocol

import msgspec

from bastide.gateway.domain.call import Call
from bastide.gateway.domain.ledger import Entry


class Timing(msgspec.Struct, frozen=True):
    """What the ledger does not keep.

    Attributes:
        overhead_us: what the gateway itself took, from the first byte of the request on, without waiting for
            the model, for a place in its queue, or for a client that reads slowly.
        waited_us: in a deployment's queue.
    """

    overhead_us: int
    waited_us: int


class Observer(Protocol):
    """Called in the middle of the hot path: answers at once, raises nothing."""

    def ended(self, call: Call, entry: Entry, timing: Timing) -> None:
        """A call has ended, well or not; `entry` is as the ledger gets it."""
        ...

    def refused(self, reason: str) -> None:
        """A request was answered with an error. `reason` is the error's code."""
        ...
