"""Receipts of erasure: a statement and an Ed25519 signature (RFC 8032) over its canonical bytes."""

import base64
import binascii
from collections.abc import Mapping
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bastide.kit.json import JsonObject
from bastide.operations.domain.record import canonical

_PREFIX = b"bastide erasure receipt v1\n"


def signed_bytes(statement: JsonObject) -> bytes:
    """What the signature covers."""
    return _PREFIX + canonical(statement).encode()


def receipt(statement: JsonObject, key_id: str, public_key: bytes, signature: bytes) -> JsonObject:
    return {
        "statement": statement,
        "key_id": key_id,
        "public_key": base64.b64encode(public_key).decode(),
        "signature": base64.b64encode(signature).decode(),
    }


def is_genuine(given: Mapping[str, object], trusted: Mapping[str, bytes] | None = None) -> bool:
    """Whether the statement is as it was signed.

    `trusted` are public keys by id; without them the key in the receipt is believed, which proves only that
    nothing was changed since somebody signed it.
    """
    try:
        key_id, signature = str(given["key_id"]), base64.b64decode(str(given["signature"]), validate=True)
        public = base64.b64decode(str(given["public_key"]), validate=True)
        if trusted is not None:
            public = trusted[key_id]
        statement = given["statement"]
        if not isinstance(statement, dict):
            return False
        signed = signed_bytes(cast("JsonObject", statement))
        Ed25519PublicKey.from_public_bytes(public).verify(signature, signed)
    except (KeyError, ValueError, binascii.Error, InvalidSignature):
        return False
    return True
