"""Sessions of browsers and clients."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

SESSION_COOKIE = "bastide_session"
CSRF_COOKIE = "bastide_csrf"
DEVICE_COOKIE = "bastide_device"
_HOST_ONLY = "__Host-"


def cookie_name(name: str, *, https: bool) -> str:
    """With TLS, browsers bind a cookie of this name to the host that set it (RFC 6265bis, § 4.1.3)."""
    return f"{_HOST_ONLY}{name}" if https else name


class SessionKind(StrEnum):
    """Browsers hold a cookie, clients a pair of tokens."""

    BROWSER = "browser"
    CLIENT = "client"

    @property
    def idle(self) -> timedelta:
        """Unused for so long, a session ends."""
        return timedelta(hours=12) if self is SessionKind.BROWSER else timedelta(days=30)

    @property
    def absolute(self) -> timedelta:
        """However much it is used, a session ends after this."""
        return timedelta(days=14) if self is SessionKind.BROWSER else timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser or client, logged in. Its token is kept as a keyed hash only, outside of this value.

    Attributes:
        expires_at: whatever happens; unused for a while, it ends before.
        address, user_agent: as seen at login, so that people recognise their devices.
        strong: opened with a second factor.
    """

    id: str
    user_id: str
    organisation_id: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str
    user_agent: str
    strong: bool = False
    kind: SessionKind = SessionKind.BROWSER

    def expired(self, now: datetime) -> bool:
        """Whether it has ended, by age or for want of use."""
        return now >= self.expires_at or now >= self.last_seen_at + self.kind.idle


def new_session_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)
