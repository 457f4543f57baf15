"""How many requests a process takes from one caller: a bound against floods, not a quota.

Each process counts for itself. Logins have their own, finer throttle, and models the gateway's limits.
"""

import math
import time
from collections.abc import Callable

from bastide.kit.buckets import Buckets, Rate
from bastide.kit.errors import RateLimitedError

_PUBLIC = Rate(per_s=5, burst=300)
_FILES = Rate(per_s=200, burst=2_000)
_REFUSED = Rate(per_s=5, burst=600)
_BURST_S = 5


class Rates:
    """Asked by the door.

    Args:
        per_s: requests of one key or session, with bursts of five seconds' worth; 0 = as many as come.
        free: paths that are not counted here.
    """

    def __init__(
        self, per_s: float, free: frozenset[str] = frozenset(), now: Callable[[], float] = time.monotonic
    ) -> None:
        self._free = free
        self._public = Buckets(_PUBLIC, now)
        self._files = Buckets(_FILES, now)
        self._refused = Buckets(_REFUSED, now)
        self._callers = Buckets(Rate(per_s, int(per_s * _BURST_S)), now) if per_s else None

    def public(self, place: str, path: str) -> None:
        """A request without credentials, from a place. Raises RateLimitedError."""
        _wait((self._public if path.startswith("/api/") else self._files).take(place))

    def refused(self, place: str) -> None:
        """Credentials that did not hold. Raises RateLimitedError."""
        _wait(self._refused.take(place))

    def caller(self, credential: str, path: str) -> None:
        """A request with credentials. Raises RateLimitedError."""
        if self._callers is not None and path not in self._free:
            _wait(self._callers.take(credential))


def _wait(seconds: float) -> None:
    if seconds > 0:
        raise RateLimitedError(
            "Too many requests. Wait a little and try again.", retry_after_s=math.ceil(seconds)
        )
