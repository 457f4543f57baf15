"""A checkpoint: the signed head of a log. Whoever keeps one can find out later that the past was changed."""

import base64
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bastide.kit.json import Json

_TITLE = "bastide-audit/v1"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """`size` entries with this `root`, as of `at` (RFC 3339).

    Attributes:
        key_id: the signing key of the installation.
        signature: Ed25519 over `message(...)`.
    """

    log_id: str
    size: int
    root: bytes
    at: str
    key_id: str
    signature: bytes

    @property
    def message(self) -> bytes:
        return checkpoint_message(self.log_id, self.size, self.root, self.at)

    def verified_by(self, public_keys: dict[str, bytes]) -> bool:
        """Whether one of these keys (32 raw bytes each) has signed it."""
        key = public_keys.get(self.key_id)
        if key is None:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(self.signature, self.message)
        except (InvalidSignature, ValueError):
            return False
        return True


def checkpoint_message(log_id: str, size: int, root: bytes, at: str) -> bytes:
    """What is signed: five lines, no field can run into another."""
    return "\n".join((_TITLE, log_id, str(size), base64.b64encode(root).decode(), at, "")).encode()


def checkpoint_fields(checkpoint: Checkpoint) -> dict[str, Json]:
    """As JSON; bytes in base64."""
    return {
        "log": checkpoint.log_id,
        "size": checkpoint.size,
        "root": base64.b64encode(checkpoint.root).decode(),
        "at": checkpoint.at,
        "key_id": checkpoint.key_id,
        "signature": base64.b64encode(checkpoint.signature).decode(),
    }
