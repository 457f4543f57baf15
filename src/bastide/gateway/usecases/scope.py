"""A piece of a task that may be cancelled from outside for a reason, as `asyncio.timeout` does for time."""

import asyncio


class CancelScope:
    """Open and close it in the task that runs the piece; `cancel` may be called from anywhere in the loop."""

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine runs in a task
        self._task = task
        self._before = task.cancelling()
        self.cancelled = False
        self._closed = False

    def cancel(self) -> None:
        """Raise CancelledError where the piece waits; nothing once it has ended."""
        if not self._closed and not self.cancelled:
            self.cancelled = True
            self._task.cancel()

    def take(self) -> bool:
        """Inside the piece, on a CancelledError: True when it is ours alone and the piece may go on.

        The scope is over then.
        """
        if not self.cancelled:
            return False
        self._closed = True
        self.cancelled = False
        return self._task.uncancel() <= self._before

    async def close(self, kind: type[BaseException] | None) -> bool:
        """True when the CancelledError that ends the piece is ours, to be turned into its reason.

        When the piece ended just before the cancellation reached it, the one pending is taken here, so that
        it does not hit the next await of someone else.
        """
        self._closed = True
        if not self.cancelled:
            return False
        ours = self._task.uncancel() <= self._before
        if kind is None:
            try:
                await asyncio.sleep(0)
            except asyncio.CancelledError:
                return False
        return ours and kind is asyncio.CancelledError
