"""Shared counters that are replaced by those of this process while they do not answer.

Without Redis each process enforces every limit by itself: too generous by the number of processes, and better
than refusing everybody or nobody.
"""

import asyncio
from collections.abc import Sequence

import structlog

from bastide.gateway.ports.counters import Claim, Counters, Granted, Refused, Unseeded
from bastide.kit.errors import UnavailableError

_PAUSE_S = 2.0
_log = structlog.get_logger()


class FallbackCounters:
    """Satisfies `Counters`."""

    def __init__(self, shared: Counters, local: Counters) -> None:
        self._shared = shared
        self._local = local
        self._local_until = 0.0
        self._local_holders: set[str] = set()

    async def claim(self, claims: Sequence[Claim], holder: str) -> Granted | Refused | Unseeded:
        if self._is_shared:
            try:
                return await self._shared.claim(claims, holder)
            except UnavailableError as error:
                self._leave(error)
        answer = await self._local.claim(claims, holder)
        if isinstance(answer, Granted):
            self._local_holders.add(holder)
        return answer

    def settle(
        self, claims: Sequence[Claim], marks: Sequence[int], actual: Sequence[int], holder: str
    ) -> None:
        local = holder in self._local_holders
        self._local_holders.discard(holder)
        (self._local if local else self._shared).settle(claims, marks, actual, holder)

    async def seed(self, tenant: str, counter: str, used: int, period_s: float) -> None:
        if self._is_shared:
            try:
                await self._shared.seed(tenant, counter, used, period_s)
            except UnavailableError as error:
                self._leave(error)
        await self._local.seed(tenant, counter, used, period_s)

    async def used(self, tenant: str, counter: str) -> int | None:
        if self._is_shared:
            try:
                return await self._shared.used(tenant, counter)
            except UnavailableError as error:
                self._leave(error)
        return await self._local.used(tenant, counter)

    async def close(self) -> None:
        await self._shared.close()
        await self._local.close()

    @property
    def _is_shared(self) -> bool:
        return asyncio.get_running_loop().time() >= self._local_until

    def _leave(self, error: UnavailableError) -> None:
        self._local_until = asyncio.get_running_loop().time() + _PAUSE_S
        _log.warning("gateway.counters_local", error=str(error))
