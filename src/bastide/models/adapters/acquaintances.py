"""Keeps what examinations said in a file per embedder, so that each is examined once."""

import hashlib
from pathlib import Path
from uuid import uuid4

import msgspec

from bastide.models.domain.acquaintance.acquaintance import Acquaintance


class Acquaintances:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, fingerprint: str) -> Acquaintance | None:
        """None also for a file that cannot be read: another examination is cheap."""
        try:
            return msgspec.json.decode(self._path(fingerprint).read_bytes(), type=Acquaintance)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def keep(self, fingerprint: str, acquaintance: Acquaintance) -> None:
        """Whole or not at all."""
        path = self._path(fingerprint)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{uuid4().hex}")
        draft.write_bytes(msgspec.json.encode(acquaintance))
        draft.replace(path)

    def _path(self, fingerprint: str) -> Path:
        return self._folder / f"{hashlib.sha256(fingerprint.encode()).hexdigest()[:32]}.json"
