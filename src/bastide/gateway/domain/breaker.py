"""A circuit breaker: a deployment that keeps failing is left alone for a while, then tried with one request.

Pure: the time is given, in seconds of any clock that does not go back.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class BreakerState(StrEnum):
    """`half_open`: one probe is, or may be, on its way."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass(frozen=True, slots=True)
class BreakerPolicy:
    """When to open, and for how long.

    Attributes:
        in_a_row: so many failures after each other open it.
        share, out_of: so does this share of failures among so many results at least.
        window_s: results older than this do not count.
        open_s: the first pause; each failed probe doubles it, up to `longest_s`.
    """

    in_a_row: int = 5
    share: float = 0.5
    out_of: int = 20
    window_s: float = 30.0
    open_s: float = 5.0
    longest_s: float = 60.0


class Breaker:
    """Ask `allows` before each request, `begin` it, and tell how it ended."""

    def __init__(self, policy: BreakerPolicy) -> None:
        self.policy = self._policy = policy
        self._results: deque[tuple[float, bool]] = deque(maxlen=max(policy.out_of, 100))
        self._failed = 0
        self._row = 0
        self._open_until: float | None = None
        self._pause_s = policy.open_s
        self._probing = False

    def state(self, now: float) -> BreakerState:
        if self._open_until is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._open_until else BreakerState.HALF_OPEN

    def allows(self, now: float) -> bool:
        """Whether a request may be sent."""
        if self._open_until is None:
            return True
        return now >= self._open_until and not self._probing

    def retry_after_s(self, now: float) -> float:
        """How long until the next probe may be sent."""
        return 0.0 if self._open_until is None else max(0.0, self._open_until - now)

    def begin(self, now: float) -> bool:
        """A request is sent. True: it is the probe, and nothing else is sent until it has ended."""
        if self.state(now) is BreakerState.HALF_OPEN and not self._probing:
            self._probing = True
            return True
        return False

    def success(self, now: float, *, probe: bool) -> None:
        if probe:
            self._probing = False
            self._open_until = None
            self._pause_s = self._policy.open_s
            self._results.clear()
            self._failed = 0
        self._row = 0
        self._note(now, failed=False)

    def failure(self, now: float, *, probe: bool) -> None:
        if probe:
            self._probing = False
            self._pause_s = min(self._pause_s * 2, self._policy.longest_s)
            self._open_until = now + self._pause_s
            return
        self._row += 1
        self._note(now, failed=True)
        if self._open_until is None and self._is_too_much():
            self._open_until = now + self._pause_s

    def unknown(self, *, probe: bool) -> None:
        """It ended without a result (the client went away): another probe may be sent."""
        if probe:
            self._probing = False

    def _is_too_much(self) -> bool:
        total = len(self._results)
        return self._row >= self._policy.in_a_row or (
            total >= self._policy.out_of and self._failed >= self._policy.share * total
        )

    def _note(self, now: float, *, failed: bool) -> None:
        results = self._results
        while results and (results[0][0] < now - self._policy.window_s or len(results) == results.maxlen):
            self._failed -= results.popleft()[1]
        results.append((now, failed))
        self._failed += failed
