"""Links that let a person in once: an invitation to join, and a new password for who cannot log in.

The link is `/join#<token>` or `/reset#<token>`: what follows `#` stays in the browser and reaches no log. The
database keeps a keyed hash of the token only.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from bastide.identity.domain.principal import Role

INVITATION_AGE = timedelta(days=7)
RESET_AGE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Invitation:
    """To an e-mail address, into one organisation. Good for one use."""

    id: str
    organisation_id: str
    email: str
    role: Role
    groups: tuple[str, ...]
    invited_by: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PasswordReset:
    """`issued_by` is the administrator who hands the link over, or None when it was sent by mail."""

    user_id: str
    issued_by: str | None
    created_at: datetime
    expires_at: datetime


def new_link_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def join_path(token: str) -> str:
    return f"/join#{token}"


def reset_path(token: str) -> str:
    return f"/reset#{token}"
