"""People, organisations and what ties them together."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from bastide.identity.domain.errors import EmailInvalidError
from bastide.identity.domain.principal import Role

SECOND_FACTOR_GRACE_DAYS = 7
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)*")


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tenant. Nothing of it is visible to another.

    Attributes:
        second_factor_grace_days: how long people without a second factor may go on once it is required, or
            once they have an account, if that is later.
        second_factor_required_at: None = not, or since before there was a grace: then there is none.
    """

    id: str
    name: str
    created_at: datetime
    active: bool = True
    require_second_factor: bool = False
    second_factor_grace_days: int = SECOND_FACTOR_GRACE_DAYS
    second_factor_required_at: datetime | None = None

    def second_factor_by(self, joined: datetime) -> datetime | None:
        """From when on somebody with an account since `joined` can do nothing without one; None: never."""
        if not self.require_second_factor:
            return None
        if self.second_factor_required_at is None:
            return self.created_at
        return max(self.second_factor_required_at, joined) + timedelta(days=self.second_factor_grace_days)


@dataclass(frozen=True, slots=True)
class User:
    """A person, who may belong to several organisations. `email` is normalised."""

    id: str
    email: str
    name: str
    locale: str
    created_at: datetime
    active: bool = True
    must_change_password: bool = False


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in an organisation. While it is not active the person cannot act there."""

    user_id: str
    organisation_id: str
    role: Role
    active: bool = True


@dataclass(frozen=True, slots=True)
class Belonging:
    """A membership seen by the person: the organisation, and what one is there."""

    organisation: Organisation
    role: Role


@dataclass(frozen=True, slots=True)
class Person:
    """A membership seen by the organisation: who it is, and what they are here.

    Attributes:
        active: may act here (the account itself may be inactive everywhere: `user.active`).
        last_seen_at: the last use of a session in this organisation.
    """

    user: User
    role: Role
    active: bool
    groups: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    last_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """All that a Principal needs of somebody active in an organisation.

    Attributes:
        second_factor_by: from then on the organisation lets nobody in without one; None = it does.
    """

    subject_id: str
    organisation_id: str
    role: Role
    groups: frozenset[str]
    departments: frozenset[str]
    must_change_password: bool = False
    second_factor_by: datetime | None = None


def normalise_email(text: str) -> str:
    """The form under which an address is stored and looked up: trimmed, lower case.

    Raises:
        EmailInvalidError: not of the form local@domain, or longer than 254 characters (RFC 5321).
    """
    email = text.strip().lower()
    if len(email) > 254 or not _EMAIL.fullmatch(email):
        raise EmailInvalidError("This is not an e-mail address.", email=text[:254])
    return email


def folded(text: str) -> str:
    """For finding people by a part of their name or address: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
