"""Server-sent events, encoded and decoded without I/O (WHATWG HTML, section 9.2)."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SseEvent:
    """One event; `data` keeps its inner line breaks."""

    data: str
    event: str | None = None
    id: str | None = None


def encode(event: SseEvent) -> bytes:
    """The bytes of one event, with the empty line that ends it."""
    lines: list[str] = []
    if event.event is not None:
        lines.append(f"event: {event.event}")
    if event.id is not None:
        lines.append(f"id: {event.id}")
    lines.extend(f"data: {line}" for line in event.data.split("\n"))
    return ("\n".join(lines) + "\n\n").encode()


def comment(text: str) -> bytes:
    """A line that clients ignore; it keeps a quiet connection open."""
    return f": {text}\n\n".encode()


class SseDecoder:
    """Turns bytes, cut anywhere, into events.

    Lines may end in LF, CR LF or CR. A comment is dropped; an event without data is dropped, as the
    standard says.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._data: list[str] = []
        self._event: str | None = None
        self._id: str | None = None

    def feed(self, chunk: bytes) -> Iterator[SseEvent]:
        """The events that this chunk completes."""
        self._buffer += chunk
        while (line := self._next_line()) is not None:
            if line == "":
                if (event := self._dispatch()) is not None:
                    yield event
            else:
                self._field(line)

    def _next_line(self) -> str | None:
        for position, byte in enumerate(self._buffer):
            if byte == 0x0A:
                line, self._buffer = self._buffer[:position], self._buffer[position + 1 :]
                return line.decode("utf-8", "replace")
            if byte == 0x0D:
                if position + 1 == len(self._buffer):
                    return None  # the LF of a CR LF may still come
                after = position + (2 if self._buffer[position + 1] == 0x0A else 1)
                line, self._buffer = self._buffer[:position], self._buffer[after:]
                return line.decode("utf-8", "replace")
        return None

    def _field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            self._data.append(value)
        elif name == "event":
            self._event = value
        elif name == "id":
            self._id = value

    def _dispatch(self) -> SseEvent | None:
        event = SseEvent("\n".join(self._data), self._event, self._id) if self._data else None
        self._data, self._event = [], None
        return event
