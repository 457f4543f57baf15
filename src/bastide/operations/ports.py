"""What operations needs from outside: somebody to ask."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias

from bastide.operations.domain.check import Check


class Probe(Protocol):
    """Looks at one component."""

    @property
    def name(self) -> str: ...

    @property
    def needed(self) -> bool:
        """Whether the process is not ready without it."""
        ...

    async def check(self) -> Check:
        """Never slower than a few seconds; a fault of the component is a FAILED check.

        Raises:
            BastideError: taken as FAILED.
        """
        ...


Facts: TypeAlias = Callable[[], Awaitable[dict[str, object]]]
