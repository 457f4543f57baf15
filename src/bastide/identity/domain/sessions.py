"""Sessions of the browser."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

SESSION_COOKIE = "bastide_session"
CSRF_COOKIE = "bastide_csrf"
DEVICE_COOKIE = "bastide_device"
IDLE = timedelta(hours=12)
ABSOLUTE = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Session:
    """One browser, logged in. Its token is kept as a keyed hash only, outside of this value.

    Attributes:
        expires_at: whatever happens; unused for `IDLE`, it ends before.
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

    def expired(self, now: datetime) -> bool:
        """Whether it has ended, by age or for want of use."""
        return now >= self.expires_at or now >= self.last_seen_at + IDLE


def new_session_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)
