"""An application that is made when it is first asked."""

import asyncio
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send


class LateApp:
    """The first request waits for `make`, which runs in a thread: others go on meanwhile."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._app or await self.made())(scope, receive, send)

    async def made(self) -> ASGIApp:
        """The application itself."""
        async with self._making:
            if self._app is None:
                self._app = await asyncio.to_thread(self._make)
        return self._app
