"""Bytes of any length as encrypted segments, so that they are written and read in pieces from any place on.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its
Nonce-Reuse Misuse-Resistance, CRYPTO 2015) over AES-256-GCM, laid out much as Tink's AES-GCM-HKDF streaming
AEAD. Each segment's nonce is a random prefix of the object, the segment's number, and whether it is the last
one: segments that were changed, moved, left out, or taken from another object do not open, nor does an end
that was cut off. The key of an object is derived from that of its folder and a salt of its own; the header is
authenticated.

Layout: header of 48 bytes (magic 8, version 1, log2 of the segment size 1, zeros 2, nonce prefix 7, zeros 13,
salt 16), then segments of 64 KiB of content with a tag of 16 bytes each. There is always a last segment, if
an empty one.
"""

import secrets
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bastide.platform.secrets.data_keys import derived
from bastide.platform.secrets.port import SealBrokenError

MAGIC = b"\x89BSTOBJ\n"
HEADER_BYTES = 48
SEGMENT_BYTES = 1 << 16
TAG_BYTES = 16
STORED_SEGMENT_BYTES = SEGMENT_BYTES + TAG_BYTES
_SALT_BYTES = 16
_PREFIX = slice(12, 19)
_START = MAGIC + bytes([1, 16, 0, 0])


def new_header() -> bytes:
    """For one object; never used twice."""
    return _START + secrets.token_bytes(7) + bytes(13) + secrets.token_bytes(_SALT_BYTES)


class StreamCipher:
    """One object's segments."""

    def __init__(self, folder_key: bytes, header: bytes) -> None:
        """Raises SealBrokenError: not a header of this format."""
        if len(header) != HEADER_BYTES or not header.startswith(_START):
            raise SealBrokenError("This is not an encrypted object.")
        self._header = header
        self._cipher = AESGCM(derived(folder_key, "bastide object", header[-_SALT_BYTES:]))

    def seal(self, number: int, content: bytes, *, last: bool) -> bytes:
        """`content`: 64 KiB, or less in the last segment."""
        return self._cipher.encrypt(self._nonce(number, last=last), content, self._header)

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Raises SealBrokenError."""
        try:
            return self._cipher.decrypt(self._nonce(number, last=last), sealed, self._header)
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError("A stored object was changed or cut off.", segment=number) from error

    def seal_all(self, first: int, content: bytes, *, last: bool) -> bytes:
        """Whole segments from number `first` on; `last`: the content ends the object."""
        parts = list(_parts(content, SEGMENT_BYTES)) or [b""]
        ends = len(parts) - 1
        return b"".join(self.seal(first + n, part, last=last and n == ends) for n, part in enumerate(parts))

    def open_all(self, first: int, sealed: bytes, *, last: bool) -> bytes:
        """Raises SealBrokenError."""
        parts = list(_parts(sealed, STORED_SEGMENT_BYTES))
        ends = len(parts) - 1
        return b"".join(self.open(first + n, part, last=last and n == ends) for n, part in enumerate(parts))

    def _nonce(self, number: int, *, last: bool) -> bytes:
        return self._header[_PREFIX] + number.to_bytes(4, "big") + bytes([last])


def segments_in(stored_bytes: int) -> int:
    """How many segments an object of this stored size has. Raises SealBrokenError: none has this size."""
    left = stored_bytes - HEADER_BYTES
    count = -(-left // STORED_SEGMENT_BYTES)
    if left < TAG_BYTES or left - (count - 1) * STORED_SEGMENT_BYTES < TAG_BYTES:
        raise SealBrokenError("A stored object was cut off.")
    return count


def content_bytes(stored_bytes: int) -> int:
    """Raises SealBrokenError."""
    return stored_bytes - HEADER_BYTES - segments_in(stored_bytes) * TAG_BYTES


def _parts(data: bytes, size: int) -> Iterator[bytes]:
    view = memoryview(data)
    for start in range(0, len(data), size):
        yield bytes(view[start : start + size])
