"""A retry budget: retries are a share of the requests, so that they cannot make an overload worse.

Finagle's scheme: every request pays a fraction of a retry in, a retry takes a whole one out.
"""

import random


class RetryBudget:
    """At most `share` retries per request, and `reserve` when there is little traffic."""

    def __init__(self, share: float = 0.2, reserve: float = 10.0) -> None:
        self._share = share
        self._most = reserve * 10
        self._balance = reserve

    def request(self) -> None:
        """A first attempt is made."""
        self._balance = min(self._balance + self._share, self._most)

    def take(self) -> bool:
        """Whether a retry may be made; it counts if so."""
        if self._balance < 1:
            return False
        self._balance -= 1
        return True


def pause_s(attempt: int, *, base_s: float = 0.05, longest_s: float = 1.0) -> float:
    """Full jitter: anything up to a bound that doubles with each attempt (0, 1, …)."""
    return random.uniform(0, min(longest_s, base_s * 2**attempt))  # noqa: S311  # no secret
