"""Token buckets: how often somebody may, on average and at once."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_s` on average, up to `burst` at once."""

    per_s: float
    burst: int


class Buckets:
    """One bucket per name, full at first. Bounded: the one used longest ago is forgotten, and full again.

    Args:
        now: seconds of a clock that only goes forward.
    """

    def __init__(self, rate: Rate, now: Callable[[], float], capacity: int = 50_000) -> None:
        self._rate = rate
        self._now = now
        self._capacity = capacity
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> float:
        """0 when there was a token; else after how many seconds there is one."""
        now = self._now()
        left, at = self._buckets.pop(name, (float(self._rate.burst), now))
        left = min(self._rate.burst, left + (now - at) * self._rate.per_s)
        self._buckets[name] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > self._capacity:
            self._buckets.popitem(last=False)
        return 0.0 if left >= 1 else (1 - left) / self._rate.per_s
