"""Envelope encryption with AES-256-GCM (NIST SP 800-38D): a fresh data key per message, wrapped by a master.

Layout: magic `BSE1`, one byte length and the master key's id, then nonce and wrapped data key (12 + 48
bytes), then nonce and ciphertext with its tag (12 + n + 16 bytes). Header and context are authenticated.
"""

import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bastide.platform.secrets.port import SealBrokenError

_MAGIC = b"BSE1"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_WRAPPED_BYTES = _NONCE_BYTES + _KEY_BYTES + 16


def seal(plaintext: bytes, context: str, key_id: str, master_key: bytes) -> bytes:
    """Encrypt. `master_key` is 32 bytes; `key_id` at most 255 bytes of UTF-8."""
    name = key_id.encode()
    header = _MAGIC + bytes([len(name)]) + name
    data_key = AESGCM.generate_key(bit_length=256)
    bound = header + context.encode()
    return header + _encrypt(master_key, data_key, bound) + _encrypt(data_key, plaintext, bound)


def open_sealed(sealed: bytes, context: str, master_keys: Mapping[str, bytes]) -> bytes:
    """Decrypt.

    Raises:
        SealBrokenError: not an envelope, a key that is not there, or a failed authentication.
    """
    name_end = len(_MAGIC) + 1 + (sealed[len(_MAGIC)] if len(sealed) > len(_MAGIC) else 0)
    header, wrapped = sealed[:name_end], sealed[name_end : name_end + _WRAPPED_BYTES]
    key_id = header[len(_MAGIC) + 1 :].decode("utf-8", "replace")
    if not header.startswith(_MAGIC) or key_id not in master_keys:
        raise SealBrokenError("This secret was sealed with a key that is not here.", key_id=key_id)
    bound = header + context.encode()
    data_key = _decrypt(master_keys[key_id], wrapped, bound)
    return _decrypt(data_key, sealed[name_end + _WRAPPED_BYTES :], bound)


def key_id_of(sealed: bytes) -> str:
    """Of the master key that it opens with; "" when it is not an envelope."""
    if not sealed.startswith(_MAGIC) or len(sealed) <= len(_MAGIC):
        return ""
    start = len(_MAGIC) + 1
    return sealed[start : start + sealed[len(_MAGIC)]].decode("utf-8", "replace")


def _encrypt(key: bytes, plaintext: bytes, bound: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plaintext, bound)


def _decrypt(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    if len(sealed) < _NONCE_BYTES + 16:
        raise SealBrokenError("This secret is cut short.")
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound)
    except InvalidTag as error:
        raise SealBrokenError("This secret was changed, or belongs somewhere else.") from error
