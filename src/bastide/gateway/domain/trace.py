"""Where a call stands in a distributed trace. W3C Trace Context, https://www.w3.org/TR/trace-context/."""

import re
import secrets
from dataclasses import dataclass

_PARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


@dataclass(frozen=True, slots=True)
class Trace:
    """A span of ours. `parent_id` 0: the trace begins here."""

    trace_id: int
    span_id: int
    parent_id: int = 0
    sampled: bool = True

    @property
    def header(self) -> str:
        """`traceparent` for whoever is asked next."""
        return f"00-{self.trace_id:032x}-{self.span_id:016x}-{int(self.sampled):02x}"


def begin_trace(parent: str | None) -> Trace:
    """A span below the client's, or a new trace where it has sent none that can be read."""
    span_id = secrets.randbits(64) | 1  # all zeros are invalid
    if (found := _PARENT.fullmatch(parent or "")) is not None:
        trace_id, parent_id = int(found[1], 16), int(found[2], 16)
        if trace_id and parent_id:
            return Trace(trace_id, span_id, parent_id, sampled=bool(int(found[3], 16) & 1))
    return Trace(secrets.randbits(128) | 1, span_id)
