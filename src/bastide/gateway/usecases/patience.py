"""Time limits of one upstream request: to its first token, between tokens, in all."""

import asyncio
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bastide.gateway.domain.errors import UpstreamTimeoutError
from bastide.gateway.usecases.scope import CancelScope


@dataclass(frozen=True, slots=True)
class Timeouts:
    """In seconds. `first_token_s` runs to the head of an answer that is not streamed."""

    first_token_s: float = 120.0
    idle_s: float = 60.0
    total_s: float = 900.0


class Patience:
    """Cancels what runs inside when the upstream takes too long, and raises UpstreamTimeoutError instead.

    One timer serves the whole exchange: a chunk only moves the moment that the timer compares with when it
    fires, so that a stream of many events sets no timer per event. While nobody waits for the upstream (the
    client is slow to take what we have) only the total runs.
    """

    def __init__(self, timeouts: Timeouts) -> None:
        self._timeouts = timeouts
        self._loop = asyncio.get_running_loop()
        self._expired = "total"

    async def __aenter__(self) -> Self:
        self._scope = CancelScope()
        now = self._loop.time()
        self._end = now + self._timeouts.total_s
        self._phase, self._due = "first_token", now + self._timeouts.first_token_s
        self._set_timer(min(self._due, self._end))
        return self

    def waiting(self) -> None:
        """We wait for the next bytes of a stream from now on."""
        self._phase, self._due = "idle", self._loop.time() + self._timeouts.idle_s
        if self._due < self._fires_at:  # once per stream: the timer was set for the first token
            self._timer.cancel()
            self._set_timer(self._due)

    def resting(self) -> None:
        """We wait for nothing from the upstream."""
        self._phase, self._due = "total", self._end

    def expired(self) -> UpstreamTimeoutError | None:
        """On a CancelledError inside: what to raise instead, when it is the time that has run out."""
        return self._error() if self._scope.take() else None

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        if await self._scope.close(kind):
            raise self._error() from error

    def _check(self) -> None:
        now = self._loop.time()
        due = min(self._due, self._end)
        if now >= due:
            self._expired = "total" if due == self._end else self._phase
            self._scope.cancel()
            return
        self._set_timer(due)

    def _set_timer(self, at: float) -> None:
        self._fires_at = at
        self._timer = self._loop.call_at(at, self._check)

    def _error(self) -> UpstreamTimeoutError:
        what = {
            "first_token": f"began no answer within {self._timeouts.first_token_s:g} s",
            "idle": f"was silent for {self._timeouts.idle_s:g} s",
            "total": f"took longer than {self._timeouts.total_s:g} s",
        }[self._expired]
        return UpstreamTimeoutError(f"The model's server {what}.", phase=self._expired)
