"""Access tokens: short-lived, signed, and worth nothing once their session has ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

ACCESS_AGE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a token says. Role and groups are not in it: those are looked up, so that a change counts."""

    session_id: str
    user_id: str
    organisation_id: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The only moment at which the tokens of a client's session are known.

    Attributes:
        access: a JWT.
        refresh: good once; gives the next pair.
    """

    access: str
    refresh: str
    session_id: str
