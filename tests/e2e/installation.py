"""A real Bastide: the program in a process of its own, on its own home, spoken to over HTTP."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

BASTIDE = Path(sys.executable).with_name("bastide")
EMAIL = "admin@example.org"
PASSWORD = "correct horse battery staple"
START_S = 60
INGEST_S = 120


@dataclass
class Installation:
    """One home and the settings that its processes get."""

    home: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        keep = {name: value for name, value in os.environ.items() if not name.startswith("BASTIDE_")}
        return {
            **keep,
            "BASTIDE_HOME": str(self.home),
            "BASTIDE_ADMIN_EMAIL": EMAIL,
            "BASTIDE_ADMIN_PASSWORD": PASSWORD,
            "BASTIDE_GATEWAY__DISCOVER": "false",
            **self.environment,
        }

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """A command line, to its end."""
        command = [str(BASTIDE), *arguments]
        return subprocess.run(
            command, env=self.variables(), capture_output=True, text=True, check=check, timeout=INGEST_S
        )

    @contextmanager
    def server(self, *roles: str) -> Iterator["Server"]:
        """`bastide up`, or `serve` with some roles, on a free port; stopped as Ctrl+C would."""
        asked = ["serve", *(f"--role={role}" for role in roles)] if roles else ["up"]
        log = (self.home.parent / f"{self.home.name}.log").open("ab")
        process = subprocess.Popen(
            [str(BASTIDE), *asked, "--port", "0"], env=self.variables(), stderr=log, stdout=log
        )
        try:
            url = self._announced(process)
            with httpx.Client(base_url=url, timeout=60) as client:
                yield Server(self, process, url, client)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(60)
            log.close()

    def _announced(self, process: subprocess.Popen[bytes]) -> str:
        note = self.home / "run" / "server.json"
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise AssertionError(f"bastide ended with {process.returncode}; see {self.home}.log")
            if note.exists() and f'"pid": {process.pid}' in (text := note.read_text()):
                url = httpx.Response(200, text=text).json()["url"]
                if _answers(url):
                    return url
            time.sleep(0.05)
        raise AssertionError("bastide did not start in time")


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready").status_code == 200
    except httpx.TransportError:
        return False


@dataclass
class Server:
    """A running server, and a client that is signed in once `sign_in` was called."""

    installation: Installation
    process: subprocess.Popen[bytes]
    url: str
    client: httpx.Client

    def key(self) -> str:
        """A new API key, by the command line."""
        return self.installation.run("key", "create", "--name", "test").stdout.strip()

    def with_key(self) -> "Server":
        self.client.headers["Authorization"] = f"Bearer {self.key()}"
        return self

    def with_token(self) -> "Server":
        """The token that the command line of this machine uses: saves making a key."""
        note = httpx.Response(200, text=(self.installation.home / "run" / "server.json").read_text()).json()
        self.client.headers["Authorization"] = f"Bearer {note['token']}"
        return self

    def person(self, email: str, role: str = "member") -> str:
        """Somebody who has joined, with the same password as the administrator; their id."""
        invited = self.client.post("/api/v1/invitations", json={"email": email, "role": role}).json()
        token = invited["link"]["path"].partition("#")[2]
        name = email.partition("@")[0].capitalize()
        answer = httpx.post(
            f"{self.url}/api/v1/auth/join", json={"token": token, "password": PASSWORD, "name": name}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()["user"]["id"]

    def upload(self, name: str, data: bytes, collection: str = "documents", **fields: str) -> dict[str, Any]:
        answer = self.client.post(
            "/api/v1/documents", files={"file": (name, data)}, data={"collection": collection, **fields}
        )
        assert answer.status_code == 202, answer.text
        return answer.json()

    def settled(self, document_id: str) -> dict[str, Any]:
        """The document once it is neither waiting nor being read."""
        deadline = time.monotonic() + INGEST_S
        while time.monotonic() < deadline:
            document = self.client.get(f"/api/v1/documents/{document_id}").json()
            if document["status"] != "processing":
                return document
            time.sleep(0.05)
        raise AssertionError(f"{document_id} was not read in time: {document}")

    def search(self, query: str, **body: Any) -> dict[str, Any]:
        answer = self.client.post("/api/v1/search", json={"query": query, **body})
        assert answer.status_code == 200, answer.text
        return answer.json()
