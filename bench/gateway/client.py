"""A load generator for one core: raw HTTP/1.1 over kept connections, requests at a fixed rate.

It is open: a request is sent when its time has come, whether or not earlier ones were answered. Waiting in
line counts as latency (no coordinated omission). All its lines are open before the first request.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from bench.gateway.places import MODEL, Place

PROMPT = b"Say something short about nothing much, please."


def request(place: Place, *, stream: bool = False, prompt: bytes = PROMPT) -> bytes:
    """One chat completion, as bytes."""
    body = b'{"model":"%b","messages":[{"role":"user","content":"%b"}]%b}' % (
        MODEL.encode(),
        prompt,
        b',"stream":true' if stream else b"",
    )
    key = f"authorization: Bearer {place.key}\r\n" if place.key else ""
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{key}"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Line(asyncio.Protocol):
    """One connection: a request at a time, a whole answer of known length back."""

    def __init__(self, load: "Load") -> None:
        self._load = load
        self._buffer = b""
        self._due = 0.0
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self.transport = transport  # type: ignore[assignment]

    def ask(self, data: bytes, due: float) -> None:
        assert self.transport is not None
        self._due = due
        self.transport.write(data)

    def data_received(self, data: bytes) -> None:
        buffer = self._buffer + data if self._buffer else data
        end = buffer.find(b"\r\n\r\n")
        if end < 0:
            self._buffer = buffer
            return
        at = buffer.lower().find(b"content-length:", 0, end)
        length = int(buffer[at + 15 : buffer.find(b"\r\n", at)])
        if len(buffer) < end + 4 + length:
            self._buffer = buffer
            return
        self._buffer = b""
        self._load.answered(self, int(buffer[9:12]), self._due)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._load.lost(self)


@dataclass
class Load:
    """So many requests per second for so long; seconds from when each was due to its whole answer.

    What was due in the first `skip_s` does not count: a process needs a moment to see that it is overloaded.
    """

    place: Place
    rate: float
    seconds: float
    lines: int = 1024
    skip_s: float = 0.0
    latencies: dict[int, list[float]] = field(default_factory=dict)
    unsent: int = 0
    sent: int = 0
    _free: deque[Line] = field(default_factory=deque)
    _waiting: deque[float] = field(default_factory=deque)

    def answered(self, line: Line, status: int, due: float) -> None:
        if due >= self._counts_from:
            self.latencies.setdefault(status, []).append(time.perf_counter() - due)
        if self._waiting:
            line.ask(self._request, self._waiting.popleft())
        else:
            self._free.append(line)

    def lost(self, line: Line) -> None:
        if line in self._free:
            self._free.remove(line)

    async def run(self) -> "Load":
        self._request = request(self.place)
        await self._open()
        started = time.perf_counter()
        self._counts_from = started + self.skip_s
        while (now := time.perf_counter()) < started + self.seconds:
            for _ in range(int((now - started) * self.rate) - self.sent):
                due = started + self.sent / self.rate
                self.sent += 1
                if self._free:
                    self._free.pop().ask(self._request, due)
                else:
                    self._waiting.append(due)
            await asyncio.sleep(0.001)  # less would be none: uvloop counts in milliseconds
        await asyncio.sleep(1)
        self.unsent = len(self._waiting)
        self._waiting.clear()
        for line in self._free:
            if line.transport is not None:
                line.transport.abort()
        return self

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        for _ in range(self.lines):
            _, line = await loop.create_connection(lambda: Line(self), "127.0.0.1", self.place.port)
            self._free.append(line)

    def quantile_ms(self, share: float, status: int = 200) -> float:
        """Of the answers with that status; nan if there was none."""
        found = sorted(self.latencies.get(status, ()))
        return found[min(len(found) - 1, int(share * len(found)))] * 1000 if found else float("nan")

    def per_second(self, status: int = 200) -> float:
        return len(self.latencies.get(status, ())) / (self.seconds - self.skip_s)
