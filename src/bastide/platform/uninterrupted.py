"""Work that must reach its end even when the task that asked for it is cancelled."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def uninterrupted(work: Coroutine[Any, Any, T], lost: Callable[[T], object] | None = None) -> T:
    """Await the work; a cancellation is raised only once it has ended, whatever its result.

    For commits, and for threads that use a file which the cancelled task is about to close. `lost` gets a
    result that the cancelled task will never see: an open file wants to be closed.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        # The exception is looked at, so that it is not reported as forgotten.
        if not task.cancelled() and task.exception() is None and lost is not None:
            lost(task.result())
        raise
