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


def told_to_end() -> bool:
    """Whether the running task was cancelled, even if something below it has swallowed that.

    `asyncio.wait_for` of Python 3.11, which connection pools use, does so when what it waits for is there in
    the same moment; an endless loop asks before each turn, or it never ends.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
