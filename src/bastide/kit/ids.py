"""Identifiers: sortable by time where we make them, derived from content where running twice must agree."""

import os
import time
import uuid
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_FIVE_BITS = bytes(ord(_ALPHABET[byte & 31]) for byte in range(256))
_NAMESPACE = uuid.UUID("6f1d6c1e-3f0b-5a5e-9d8e-2b8f6a1f4c66")


def new_id(prefix: str) -> str:
    """A fresh id such as `doc_01jd3v9k2x8m4q7w5e6r1t0yab`: 48 bits of milliseconds, then 80 random bits."""
    ms, pair = time.time_ns() // 1_000_000, _PAIRS
    moment = pair[ms >> 40] + pair[ms >> 30 & 1023] + pair[ms >> 20 & 1023] + pair[ms >> 10 & 1023]
    # Written out for speed: each call to a model makes two. A random byte gives a digit, by five of its bits.
    return f"{prefix}_{moment}{pair[ms & 1023]}{os.urandom(16).translate(_FIVE_BITS).decode()}"


def made_at(identifier: str) -> datetime:
    """When `new_id` made this id, to the millisecond.

    Raises:
        ValueError: it did not.
    """
    digits = identifier.rpartition("_")[2]
    number = 0
    for digit in digits:
        number = number * 32 + _ALPHABET.index(digit)
    return datetime.fromtimestamp((number >> 80) / 1000, UTC)


def derived_uuid(*parts: str | int) -> uuid.UUID:
    """The same parts always give the same UUID (version 5, RFC 9562)."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(str(part) for part in parts))
