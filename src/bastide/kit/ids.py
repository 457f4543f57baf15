"""Identifiers: sortable by time where we make them, derived from content where running twice must agree."""

import secrets
import time
import uuid
from datetime import UTC, datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base 32: no i, l, o, u
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = range(120, -1, -10)
_NAMESPACE = uuid.UUID("6f1d6c1e-3f0b-5a5e-9d8e-2b8f6a1f4c66")


def new_id(prefix: str) -> str:
    """A fresh id such as `doc_01jd3v9k2x8m4q7w5e6r1t0yab`: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


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
