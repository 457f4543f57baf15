"""Syslog over TCP or TLS, octet counting (RFC 6587, RFC 5425).

Syslog has no acknowledgement, so a written byte may still get lost with the receiver. Here a batch is a
connection: we end our side, and the receiver ends its own when it has read to the end. A receiver that closes
with unread bytes resets the connection, and then the bytes do not count as arrived.
"""

import asyncio
import fcntl
import socket
import ssl
import struct
import termios
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bastide.operations.domain.errors import ReceiverError

_TIMEOUT_S = 10.0
_POLL_S = 0.005
_READ_BYTES = 4096


@dataclass(frozen=True, slots=True)
class SyslogReceiver:
    """`ca`: PEM file of the authorities that may vouch for the receiver; None: those of this machine."""

    host: str
    port: int
    tls: bool = False
    ca: Path | None = None
    timeout_s: float = _TIMEOUT_S

    async def send(self, messages: Sequence[str]) -> None:
        """See the port."""
        encoded = [message.encode() for message in messages]
        data = b"".join(b"%d %b" % (len(one), one) for one in encoded)
        try:
            await asyncio.to_thread(self._deliver, data)
        except OSError as error:  # ssl.SSLError is one
            raise ReceiverError(f"{self.host}:{self.port}: {error}") from error

    def _deliver(self, data: bytes) -> None:
        with socket.create_connection((self.host, self.port), self.timeout_s) as plain:
            if not self.tls:
                plain.sendall(data)
                _end(plain, self.timeout_s)
                return
            context = ssl.create_default_context(cafile=self.ca)
            with context.wrap_socket(plain, server_hostname=self.host) as secured:
                secured.sendall(data)
                _end_tls(secured)
                _end(secured, self.timeout_s)


def _end_tls(secured: ssl.SSLSocket) -> None:
    """Says that this was all. Many receivers close without the answer that TLS has for it."""
    with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError):
        secured.unwrap()


def _end(connection: socket.socket, timeout_s: float) -> None:
    """Until the other side has read all. Raises OSError."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(_READ_BYTES):
        pass
    until = time.monotonic() + timeout_s
    while _unacknowledged(connection):
        if time.monotonic() > until:
            raise TimeoutError("closed before it had taken everything")
        time.sleep(_POLL_S)
    if error := connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
        raise OSError(error, "closed before it had taken everything")


def _unacknowledged(connection: socket.socket) -> int:
    answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, b"\0" * 4)
    return struct.unpack("i", answer)[0]
