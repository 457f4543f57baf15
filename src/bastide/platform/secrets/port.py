"""The key port: whoever holds the keys hashes, seals and signs; key material never leaves it."""

from dataclasses import dataclass
from typing import Protocol

from bastide.kit.errors import InvalidError, UnavailableError


class SealBrokenError(InvalidError):
    """Sealed bytes were changed, belong to another context, or their key is gone."""

    code = "secrets.broken"


class KeysUnreadableError(UnavailableError):
    """The keys are missing, damaged, or readable by other users of the machine."""

    code = "secrets.unreadable"


@dataclass(frozen=True, slots=True)
class Signature:
    """An Ed25519 signature (64 bytes, RFC 8032) and the id of the key that made it."""

    key_id: str
    value: bytes


class Keyring(Protocol):
    """Three kinds of key, each made at the first start and never written anywhere else.

    Sealing is envelope encryption: every call encrypts with a data key of its own (AES-256-GCM), and only
    that data key is encrypted by the master key, so that rotating the master key rewraps 32 bytes and
    leaves the rest alone. `context` says what the bytes are and whose (`totp:usr_…`); it is authenticated,
    so a sealed value that is moved to another row does not open.
    """

    def keyed_hash(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA256, 32 bytes, under a subkey of its own for each purpose. Local and fast: the hot path
        calls it. Its key outlives rotation of the others, since stored hashes depend on it.
        """
        ...

    async def seal(self, plaintext: bytes, context: str) -> bytes: ...

    async def open(self, sealed: bytes, context: str) -> bytes:
        """Raises SealBrokenError."""
        ...

    async def sign(self, message: bytes) -> Signature: ...

    def public_keys(self) -> dict[str, bytes]:
        """Every key that ever signed, by id, as 32 raw bytes; for verifiers. The last one is in use."""
        ...
