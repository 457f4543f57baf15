"""API keys: `sk-bastide-<id>_<secret>`.

The id (16 characters, base 32) is public and finds the row; the secret (43 characters, base 62, 256 bits) is
shown once and kept as a keyed hash only. Secret scanners find a leaked key with `KEY_PATTERN`.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime

KEY_PATTERN = r"sk-bastide-[0-9a-hjkmnp-tv-z]{16}_[0-9A-Za-z]{43}"
PREFIX = "sk-bastide-"
_KEY = re.compile(KEY_PATTERN)
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_SECRET_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key after it was shown once.

    Attributes:
        id: the public part.
        subject_id: whose permissions it carries: a person or a service account.
        hint: the last four characters of the secret, for recognising it in a list.
        scopes: names of `permissions.SCOPES`.
        allowed_models, allowed_collections: None = no narrowing.
        allowed_networks: CIDR blocks; None = from anywhere.
    """

    id: str
    organisation_id: str
    subject_id: str
    name: str
    hint: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None = None
    allowed_models: frozenset[str] | None = None
    allowed_collections: frozenset[str] | None = None
    allowed_networks: tuple[str, ...] | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None


def new_key_id() -> str:
    """80 random bits."""
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(16))


def new_key_secret() -> str:
    """256 random bits."""
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(43))


def format_key(key_id: str, secret: str) -> str:
    """The key as its user keeps it."""
    return f"{PREFIX}{key_id}_{secret}"


def parse_key(text: str) -> tuple[str, str] | None:
    """Id and secret, or None when the text is no key."""
    if _KEY.fullmatch(text) is None:
        return None
    key_id, _, secret = text[len(PREFIX) :].partition("_")
    return key_id, secret
