"""The port of data keys: what stored bytes are encrypted with, each wrapped by the key above it.

The master key of the key port wraps one key per organisation, which wraps one key per folder of objects (a
version of a document). Only wrapped keys are stored. Destroying a folder's key makes every copy of its bytes
unreadable, in backups too, as far as the backups do not hold the wrapped key
(`docs/operations/encryption.md`).
"""

import secrets
from collections.abc import Collection
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bastide.kit.errors import NotFoundError
from bastide.platform.secrets.port import SealBrokenError

KEY_BYTES = 32
_NONCE_BYTES = 12


class DataKeyGoneError(NotFoundError):
    """These bytes were encrypted with a key that has been destroyed: they are erased."""

    code = "secrets.erased"


class DataKeys(Protocol):
    """Keys by name: `org_…` for an organisation, `org_…/ver_…` for a folder below it."""

    async def make(self, name: str) -> bytes:
        """The key of this name, 32 bytes; made if there is none. Not inside a transaction."""
        ...

    async def find(self, name: str) -> bytes | None:
        """None: there never was one, or it was destroyed."""
        ...

    async def preload(self, names: Collection[str]) -> None:
        """So that `find` need not ask for each of them alone."""
        ...

    async def destroy(self, name: str) -> None:
        """For ever. No error when it is gone."""
        ...


def derived(key: bytes, purpose: str, salt: bytes = b"") -> bytes:
    """A key of its own for each purpose: HKDF-SHA256 (RFC 5869), 32 bytes."""
    return HKDF(hashes.SHA256(), KEY_BYTES, salt, purpose.encode()).derive(key)


def locked(key: bytes, plaintext: bytes, context: str) -> bytes:
    """Nonce (12 bytes, random), ciphertext and tag of AES-256-GCM; `context` is authenticated."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, context.encode())


def unlocked(key: bytes, sealed: bytes, context: str) -> bytes:
    """Raises SealBrokenError."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBrokenError("Encrypted bytes were changed, or belong somewhere else.") from error
