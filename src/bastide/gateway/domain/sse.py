"""Cuts a stream of server-sent events into whole events, keeping their bytes.

Unlike `kit.sse.SseDecoder` it gives back each event as it came, to be relayed without encoding it again.
"""

import re
from collections.abc import Iterator

from bastide.gateway.domain.errors import UpstreamBrokenError

DONE = b"[DONE]"
_END = re.compile(rb"\r\n\r\n|\n\n|\r\r(?!\n)")
_LINE = re.compile(rb"\r\n|\n|\r")


class EventSplitter:
    """Bytes in, whole events out; `pending` is what has come of the next one.

    Args:
        max_event_bytes: a longer event is not one that a client could take; refuse it.
    """

    def __init__(self, max_event_bytes: int = 4 << 20) -> None:
        self._max = max_event_bytes
        self.pending = b""

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Each event that this chunk completes, with the empty line that ends it.

        Raises:
            UpstreamBrokenError: an event that never ends.
        """
        buffer = self.pending + chunk if self.pending else chunk
        position = 0
        for end in _END.finditer(buffer):
            yield buffer[position : end.end()]
            position = end.end()
        self.pending = buffer[position:]
        if len(self.pending) > self._max:
            raise UpstreamBrokenError("The model's server sent an event without an end.")


def data_of(event: bytes) -> bytes | None:
    """The event's data; None for a comment or an event without data."""
    if event.startswith(b"data: ") and event.endswith(b"\n\n") and event.find(b"\n") == len(event) - 2:
        return event[6:-2].removesuffix(b"\r")
    lines = [line for line in _LINE.split(event) if line.startswith(b"data:")]
    if not lines:
        return None
    return b"\n".join(line[5:].removeprefix(b" ") for line in lines)


def name_of(event: bytes) -> bytes | None:
    """The event's name, as Anthropic and the responses protocol send it."""
    for line in _LINE.split(event):
        if line.startswith(b"event:"):
            return line[6:].strip()
    return None
