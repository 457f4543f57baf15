"""The key port on a file of the home: `keys/keyring.json`, readable by its owner alone."""

import base64
import hmac
import json
import os
import secrets
import sys
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bastide.platform.secrets.envelope import open_sealed, seal
from bastide.platform.secrets.port import KeysUnreadableError, Signature

_FILE = "keyring.json"


class LocalKeyring:
    def __init__(self, root: bytes, masters: dict[str, bytes], signers: dict[str, bytes]) -> None:
        """The last of `masters` and of `signers` is in use; the others open and verify what is old."""
        self._root = root
        self._masters = masters
        self._signers = {name: Ed25519PrivateKey.from_private_bytes(seed) for name, seed in signers.items()}
        self._signer = next(reversed(signers))
        self._subkeys: dict[str, bytes] = {}

    @classmethod
    def load(cls, directory: Path) -> "LocalKeyring":
        """Read the key file, or make it at the first start. Raises KeysUnreadableError."""
        path = directory / _FILE
        if not path.exists():
            _write(path, _fresh(), replace=False)
        return cls._parse(path)

    @classmethod
    def rotate(cls, directory: Path) -> "LocalKeyring":
        """Put a new master and a new signing key in use. What the old ones sealed and signed stays valid."""
        current, fresh = _read(directory / _FILE), _fresh()
        for group in ("masters", "signers"):
            current[group] |= fresh[group]
        _write(directory / _FILE, current, replace=True)
        return cls._parse(directory / _FILE)

    @classmethod
    def retire(cls, directory: Path) -> int:
        """Destroy every master key but the one in use; how many they were. First seal everything anew: what
        only an old one opens is lost. Signing keys stay, so that old signatures can be verified.
        """
        current = _read(directory / _FILE)
        *old, used = current["masters"]
        current["masters"] = {used: current["masters"][used]}
        _write(directory / _FILE, current, replace=True)
        return len(old)

    @classmethod
    def _parse(cls, path: Path) -> "LocalKeyring":
        content = _read(path)
        try:
            return cls(
                base64.b64decode(content["root"]),
                {name: base64.b64decode(key) for name, key in content["masters"].items()},
                {name: base64.b64decode(key) for name, key in content["signers"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
            raise KeysUnreadableError(f"The key file {path} is damaged; restore it from a backup.") from error

    def keyed_hash(self, purpose: str, data: bytes) -> bytes:
        subkey = self._subkeys.get(purpose)
        if subkey is None:
            subkey = hmac.digest(self._root, purpose.encode(), "sha256")
            self._subkeys[purpose] = subkey
        return hmac.digest(subkey, data, "sha256")

    @property
    def master_id(self) -> str:
        """Of the master key in use."""
        return next(reversed(self._masters))

    @property
    def old_master_ids(self) -> tuple[str, ...]:
        """Of those that still open what they sealed."""
        return tuple(self._masters)[:-1]

    async def seal(self, plaintext: bytes, context: str) -> bytes:
        return seal(plaintext, context, self.master_id, self._masters[self.master_id])

    async def open(self, sealed: bytes, context: str) -> bytes:
        return open_sealed(sealed, context, self._masters)

    async def sign(self, message: bytes) -> Signature:
        return Signature(self._signer, self._signers[self._signer].sign(message))

    def public_keys(self) -> dict[str, bytes]:
        return {name: key.public_key().public_bytes_raw() for name, key in self._signers.items()}


def _fresh() -> dict[str, Any]:
    name = secrets.token_hex(4)
    return {
        "version": 1,
        "root": _random_key(),
        "masters": {f"m-{name}": _random_key()},
        "signers": {f"s-{name}": _random_key()},
    }


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _read(path: Path) -> dict[str, Any]:
    try:
        if sys.platform != "win32" and path.stat().st_mode & 0o007:
            raise KeysUnreadableError(f"Other users can read {path}; run `chmod 600` on it and start again.")
        return cast("dict[str, Any]", json.loads(path.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise KeysUnreadableError(f"The key file {path} cannot be read: {error}") from error


def _write(path: Path, content: dict[str, Any], *, replace: bool) -> None:
    """Atomic, and durable before it returns. Without `replace`, of two processes the first one wins."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            temporary.replace(path)
        else:
            path.hardlink_to(temporary)
    except FileExistsError:
        return
    finally:
        temporary.unlink(missing_ok=True)
