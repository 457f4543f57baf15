"""A small receiver of syslog over TCP or TLS, and what it has read."""

import json
import re
import socket
import ssl
import threading
from dataclasses import dataclass, field
from typing import Any

_HEAD = re.compile(rb"(\d+) ")


@dataclass
class Siem:
    """Listens from `open` on. `dies_after`: closes after that many bytes, with unread ones waiting."""

    tls: ssl.SSLContext | None = None
    dies_after: int | None = None
    port: int = 0
    read: bytearray = field(default_factory=bytearray)
    _listening: socket.socket | None = None

    def open(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._serve, args=(self._listening,), daemon=True).start()

    def close(self) -> None:
        if self._listening is not None:
            self._listening.shutdown(socket.SHUT_RDWR)
            self._listening.close()
            self._listening = None

    def _serve(self, listening: socket.socket) -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            try:
                with self.tls.wrap_socket(connection, server_side=True) if self.tls else connection as one:
                    self._take(one)
            except OSError:
                continue

    def _take(self, connection: socket.socket) -> None:
        taken = bytearray()
        while part := connection.recv(1024):
            taken += part
            if self.dies_after is not None and len(taken) >= self.dies_after:
                return
        self.read += taken

    def messages(self) -> list[str]:
        """Frames by octet counting."""
        found, at = list[str](), 0
        while at < len(self.read):
            head = _HEAD.match(self.read, at)
            assert head is not None, self.read[at : at + 40]
            at = head.end() + int(head[1])
            found.append(self.read[head.end() : at].decode())
        return found

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(one[one.index("] {") + 2 :]) for one in self.messages()]

    def numbers(self) -> list[int]:
        return [body["details"]["number"] for body in self.bodies()]
