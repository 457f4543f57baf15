"""ClamAV's daemon as the scanner, spoken to with INSTREAM (clamd(8)): it needs no access to our files.

The command goes out as `zINSTREAM` and a NUL, the file in chunks of a length (four bytes, network order) and
that many bytes, then a length of zero. One answer comes back, ended by a NUL: `stream: OK`,
`stream: <name> FOUND`, or an error.
"""

import asyncio
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bastide.knowledge.domain.errors import (
    DocumentInfectedError,
    DocumentUnscannedError,
    ScannerUnavailableError,
)

_CHUNK_BYTES = 1 << 16
_LONGEST_ANSWER = 4096
_TOO_LARGE = "size limit exceeded"


@dataclass(frozen=True, slots=True)
class Clamd:
    """`path` is of its socket, or None when it listens on `host` and `port`.

    A thread and a plain socket: when the daemon answers and hangs up before the end, what it said is still
    there to be read, which an event loop's transport would have thrown away.
    """

    path: Path | None = None
    host: str = ""
    port: int = 0
    timeout_s: float = 120.0

    async def scan(self, path: Path) -> None:
        """See the port."""
        answer = await asyncio.to_thread(self._asked, b"zINSTREAM\0", path)
        name, _, verdict = answer.removeprefix("stream: ").rpartition(" ")
        if verdict == "FOUND":
            raise DocumentInfectedError(f"The virus scanner has found {name}.", signature=name)
        if _TOO_LARGE in answer:
            raise DocumentUnscannedError("The document is larger than the virus scanner takes.")
        if answer != "stream: OK":
            raise ScannerUnavailableError(f"The virus scanner says: {answer[:200] or 'nothing'}.")

    async def ping(self) -> str:
        """See the port."""
        answer = await asyncio.to_thread(self._asked, b"zVERSION\0", None)
        if not answer:
            raise ScannerUnavailableError("The virus scanner does not answer.")
        return answer

    def _asked(self, command: bytes, path: Path | None) -> str:
        try:
            with self._connected() as connection:
                with suppress(ConnectionError):  # it has answered before the end
                    connection.sendall(command)
                    if path is not None:
                        _send(connection, path)
                return _answer(connection)
        except OSError as error:  # timeouts too
            raise ScannerUnavailableError("The virus scanner does not answer.") from error

    def _connected(self) -> socket.socket:
        if self.path is None:
            return socket.create_connection((self.host, self.port), self.timeout_s)
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self.timeout_s)
        try:
            connection.connect(str(self.path))
        except BaseException:
            connection.close()
            raise
        return connection


def _send(connection: socket.socket, path: Path) -> None:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
    connection.sendall(bytes(4))


def _answer(connection: socket.socket) -> str:
    """Without the NUL at its end; "" when it hangs up."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        part = connection.recv(_LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")
