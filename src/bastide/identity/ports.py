"""What the identity slice needs from outside, besides the key port and the cache of the platform."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from bastide.identity.domain.api_keys import ApiKey
from bastide.identity.domain.people import Membership, Organisation, Standing, User
from bastide.identity.domain.sessions import Session


class People(Protocol):
    """Rows of people and organisations."""

    async def add_organisation(self, organisation: Organisation) -> None: ...

    async def organisation(self, organisation_id: str) -> Organisation | None: ...

    async def first_organisation(self) -> Organisation | None:
        """The one that the first start made."""
        ...

    async def add_user(self, user: User, password_hash: str | None) -> None:
        """Raises EmailTakenError."""
        ...

    async def user(self, user_id: str) -> User | None: ...

    async def user_by_email(self, email: str) -> User | None:
        """`email` is normalised."""
        ...

    async def update_user(self, user: User) -> None: ...

    async def password_hash(self, user_id: str) -> str | None: ...

    async def set_password_hash(self, user_id: str, password_hash: str) -> None: ...

    async def put_membership(self, membership: Membership) -> None:
        """Adds it, or changes the role."""
        ...

    async def memberships(self, user_id: str) -> Sequence[Membership]:
        """Oldest first."""
        ...

    async def first_administrator(self, organisation_id: str) -> User | None:
        """Its oldest active system administrator."""
        ...

    async def standing(self, subject_id: str, organisation_id: str) -> Standing | None:
        """Of an active person or service account that belongs there; None otherwise."""
        ...


class Sessions(Protocol):
    """Rows of sessions, found by the keyed hash of their token."""

    async def add(self, session: Session, token_hash: bytes) -> None: ...

    async def by_token(self, token_hash: bytes) -> Session | None: ...

    async def of_user(self, user_id: str) -> Sequence[Session]:
        """Newest first, with those that have expired."""
        ...

    async def touch(self, seen: Mapping[str, datetime]) -> None:
        """Set `last_seen_at` by session id."""
        ...

    async def delete(self, session_ids: Sequence[str]) -> None: ...

    async def delete_expired(self, now: datetime) -> int: ...


class Keys(Protocol):
    """Rows of API keys."""

    async def add(self, key: ApiKey, secret_hash: bytes) -> None: ...

    async def get(self, key_id: str) -> ApiKey | None: ...

    async def with_hash(self, key_id: str) -> tuple[ApiKey, bytes] | None: ...

    async def listing(
        self, organisation_id: str, subject_id: str | None, after: str | None, limit: int
    ) -> tuple[Sequence[ApiKey], int]:
        """Newest first, without revoked ones, of one subject or of all; and how many there are in all."""
        ...

    async def revoke(self, key_ids: Sequence[str], at: datetime) -> None: ...

    async def touch(self, used: Mapping[str, datetime]) -> None:
        """Set `last_used_at` by key id."""
        ...


class Unit(Protocol):
    """One transaction's view of all rows of this slice."""

    @property
    def people(self) -> People: ...

    @property
    def sessions(self) -> Sessions: ...

    @property
    def keys(self) -> Keys: ...


class IdentityStore(Protocol):
    """Where the rows are."""

    def transaction(self) -> AbstractAsyncContextManager[Unit]:
        """Commits on a clean exit."""
        ...

    def reading(self) -> AbstractAsyncContextManager[Unit]: ...


class PasswordHasher(Protocol):
    """argon2id, off the event loop; a few at a time, since each takes tens of MiB."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Takes as long when there is no hash (unknown account) as when there is one."""
        ...
