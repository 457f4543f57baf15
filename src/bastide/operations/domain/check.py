"""What a look at one component found."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class CheckState(StrEnum):
    """`warning`: it works, and something that users would miss is not there."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `bastide doctor`.

    Attributes:
        name: of the component, a stable word.
        code: what is the matter, for translations; empty when all is well.
        hint: what to do about it.
        duration_ms: how long the component took to answer; None where nothing was asked.
    """

    name: str
    state: CheckState
    message: str
    code: str = ""
    hint: str = ""
    duration_ms: float | None = None

    def for_users(self) -> "Check":
        """As who does not run the installation sees it: that something is missing, and by its code what.
        Messages and hints are about the machine: its paths, addresses, programs and commands.
        """
        return Check(self.name, self.state, _IN_GENERAL[self.state], self.code)


_IN_GENERAL = MappingProxyType(
    {
        CheckState.OK: "works",
        CheckState.WARNING: "works, but something is missing",
        CheckState.FAILED: "does not work",
    }
)
