"""Where the request that is being worked on came from, for whatever writes that down."""

from contextvars import ContextVar

import msgspec


class Origin(msgspec.Struct, frozen=True):
    """`address` is the client's, as the trusted proxies tell it."""

    address: str | None = None
    request_id: str | None = None


NOWHERE = Origin()
_ORIGIN: ContextVar[Origin] = ContextVar("bastide_origin", default=NOWHERE)


def current_origin() -> Origin:
    """NOWHERE outside of a request: in a workflow, at start."""
    return _ORIGIN.get()


def begin(origin: Origin) -> None:
    """From here to the end of this task: every request runs in a task, and so in a context, of its own."""
    _ORIGIN.set(origin)
