"""Passkeys: key pairs of an authenticator, of which Bastide keeps the public half (WebAuthn Level 3)."""

from dataclasses import dataclass
from datetime import datetime

from bastide.identity.domain.errors import PasskeyInvalidError

MAX_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class Registered:
    """What an authenticator made for somebody.

    Attributes:
        credential_id: chosen by the authenticator, unique.
        public_key: COSE key (RFC 9052).
        sign_count: 0 where the authenticator does not count.
        synced: kept by a provider and on several devices, so that losing one loses nothing.
        transports: how a browser reaches the authenticator (`internal`, `usb` …), a hint.
    """

    credential_id: bytes
    public_key: bytes
    sign_count: int
    synced: bool
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of a person's passkeys. `name` is how they tell it from the others."""

    id: str
    user_id: str
    name: str
    credential: Registered
    created_at: datetime
    last_used_at: datetime | None = None


def passkey_name(text: str) -> str:
    """Trimmed. Raises PasskeyInvalidError: not 1 to 100 characters."""
    name = text.strip()
    if not 1 <= len(name) <= 100:
        raise PasskeyInvalidError("Give the passkey a name of at most 100 characters.", reason="name")
    return name
