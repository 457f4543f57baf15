"""Ask every component how it is."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace

from bastide.kit.errors import BastideError
from bastide.operations.domain.check import Check, CheckState
from bastide.operations.ports import Probe

_TIMEOUT_S = 5.0


class Examine:
    """Runs all probes side by side."""

    def __init__(self, probes: Sequence[Probe]) -> None:
        self._probes = probes

    async def everything(self) -> list[Check]:
        return list(await asyncio.gather(*(_look(probe) for probe in self._probes)))

    async def ready(self) -> list[Check]:
        """The failed checks among the needed components; empty = ready."""
        needed = [probe for probe in self._probes if probe.needed]
        checks = await asyncio.gather(*(_look(probe) for probe in needed))
        return [check for check in checks if check.state is CheckState.FAILED]


async def _look(probe: Probe) -> Check:
    started = time.perf_counter()
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            check = await probe.check()
    except TimeoutError:
        return Check(probe.name, CheckState.FAILED, f"no answer within {_TIMEOUT_S:.0f} s", "timeout")
    except BastideError as error:
        return Check(probe.name, CheckState.FAILED, error.message, error.code)
    if check.duration_ms is not None:
        return check
    return replace(check, duration_ms=round((time.perf_counter() - started) * 1000, 2))
