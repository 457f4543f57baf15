"""The home: the one directory that holds everything stored, and the note that a running server leaves."""

import fcntl
import json
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bastide.kit.errors import ConflictError

_PRIVATE_DIRECTORY = 0o700
_PRIVATE_FILE = 0o600


class HomeInUseError(ConflictError):
    """Another Bastide server runs on this home."""

    code = "home.in_use"


@dataclass(frozen=True, slots=True)
class RunningServer:
    """Where the server of a home answers, and with which certificate if by TLS. `token` is for command lines
    on this machine only.
    """

    url: str
    pid: int
    token: str
    certificate: Path | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Paths below the home. `prepare` makes them, readable by the owner only."""

    root: Path

    @property
    def objects(self) -> Path:
        return self.root / "objects"

    @property
    def index(self) -> Path:
        return self.root / "index"

    @property
    def models(self) -> Path:
        return self.root / "models"

    @property
    def keys(self) -> Path:
        return self.root / "keys"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def temporary(self) -> Path:
        return self.root / "tmp"

    def used_bytes(self) -> int:
        """What documents take: everything below the home but the models. Walks the whole tree."""
        return sum(
            path.stat().st_size
            for path in self.root.rglob("*")
            if path.is_file() and not path.is_symlink() and not path.is_relative_to(self.models)
        )

    def prepare(self) -> None:
        """Make the directories. Raises OSError when the place cannot be written."""
        self.root.mkdir(parents=True, exist_ok=True)
        self.root.chmod(_PRIVATE_DIRECTORY)
        for path in (self.objects, self.index, self.models, self.keys, self.run, self.temporary):
            path.mkdir(mode=_PRIVATE_DIRECTORY, exist_ok=True)

    @contextmanager
    def exclusive(self) -> Generator[None]:
        """Hold the home for this process; the lock ends with the process, however it ends.

        Raises:
            HomeInUseError: another process holds it.
        """
        descriptor = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _PRIVATE_FILE)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                server = self.running()
                where = f" at {server.url} (process {server.pid})" if server else ""
                raise HomeInUseError(
                    f"A Bastide server already runs on {self.root}{where}. Stop it, or set BASTIDE_HOME to "
                    "another directory.",
                    home=str(self.root),
                ) from error
            yield
        finally:
            os.close(descriptor)

    @contextmanager
    def announce(self, url: str, token: str, certificate: Path | None = None) -> Generator[None]:
        """Leave a note for command lines while the server runs."""
        note = self.run / "server.json"
        draft = note.with_suffix(".new")
        draft.touch(mode=_PRIVATE_FILE)
        told = {"url": url, "pid": os.getpid(), "token": token}
        if certificate is not None:
            told["certificate"] = str(certificate.absolute())
        draft.write_text(json.dumps(told))
        draft.replace(note)
        try:
            yield
        finally:
            note.unlink(missing_ok=True)

    def running(self) -> RunningServer | None:
        """The server that holds this home now, or None. A note left by a killed server does not count."""
        try:
            note = json.loads((self.run / "server.json").read_text())
            descriptor = os.open(self.run / "lock", os.O_RDWR | os.O_CLOEXEC)
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            certificate = note.get("certificate")
            return RunningServer(
                note["url"], note["pid"], note["token"], Path(certificate) if certificate else None
            )
        finally:
            os.close(descriptor)
        return None


def new_local_token() -> str:
    """A secret of one server run: 256 bits, URL-safe."""
    return f"local-{secrets.token_urlsafe(32)}"
