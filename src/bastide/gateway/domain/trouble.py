"""Why a provider did not list its models: words of a fixed list, which name no address."""

from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """What keeps a provider from answering."""

    REFUSED = "refused"  # nobody listens there
    NAME = "name"  # no address for its name
    TLS = "tls"
    UNCONNECTED = "unconnected"  # no way there, for any other reason
    TIMEOUT = "timeout"
    CREDENTIALS = "credentials"  # it does not take our key
    STATUS = "status"  # it answered with an error of its own
    BROKEN = "broken"  # what it says is not what a model server says


@dataclass(frozen=True, slots=True)
class Trouble:
    """`status` is what it answered with, where it did."""

    why: Why
    status: int | None = None
