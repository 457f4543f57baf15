"""Time-based one-time passwords (RFC 6238: SHA-1, 30 seconds, 6 digits) and recovery codes."""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

STEP_S = 30
RECOVERY_CODES = 10
_WINDOW = 1  # steps that a clock may be off, in either direction
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike


def new_seed() -> bytes:
    """160 random bits."""
    return secrets.token_bytes(20)


def seed_text(seed: bytes) -> str:
    """As one types it into an application."""
    return base64.b32encode(seed).decode()


def enrolment_uri(seed: bytes, account: str, issuer: str) -> str:
    """For a QR code."""
    label = f"{quote(issuer)}:{quote(account)}"
    return f"otpauth://totp/{label}?secret={seed_text(seed)}&issuer={quote(issuer)}"


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP_S


def code_at(seed: bytes, step: int) -> str:
    """HOTP (RFC 4226) of the step."""
    digest = hmac.digest(seed, struct.pack(">Q", step), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def matching_step(seed: bytes, code: str, at: datetime, after: int) -> int | None:
    """The step whose code this is, near the present and later than `after`: a code is good once."""
    now, found = step_of(at), None
    for step in range(now - _WINDOW, now + _WINDOW + 1):
        matches = hmac.compare_digest(code_at(seed, step).encode(), code.encode())
        if matches and step > after:
            found = step
    return found


def new_recovery_code() -> str:
    """Five groups of five letters, 123 bits, so that a fast keyed hash is enough to keep it; good once."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(5))


def totp_context(user_id: str) -> str:
    """What a seed is sealed for."""
    return f"totp:{user_id}"


def plain_code(text: str) -> str:
    """What was typed, without spaces, in lower case."""
    return "".join(text.split()).lower()
