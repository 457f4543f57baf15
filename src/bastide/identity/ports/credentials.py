"""Rows of what people and programs prove themselves with, and the proofs that need a library."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bastide.identity.domain.api_keys import ApiKey
from bastide.identity.domain.factors import Factors, Totp
from bastide.identity.domain.sessions import Session


class Sessions(Protocol):
    """Rows of sessions, found by the keyed hash of their token."""

    async def add(self, session: Session, token_hash: bytes) -> None: ...

    async def by_token(self, token_hash: bytes) -> Session | None: ...

    async def of_user(self, user_id: str) -> Sequence[Session]:
        """Newest first, with those that have expired."""
        ...

    async def strengthen(self, session_id: str) -> None:
        """A second factor was proved in it."""
        ...

    async def touch(self, seen: Mapping[str, datetime]) -> None:
        """Set `last_seen_at` by session id."""
        ...

    async def delete(self, session_ids: Sequence[str]) -> None: ...

    async def delete_of(self, user_id: str, organisation_id: str | None = None) -> None:
        """Every session of a person, in one organisation or in all."""
        ...

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

    async def revoke_of(self, subject_id: str, organisation_id: str, at: datetime) -> None:
        """Every key of a person or service account in an organisation."""
        ...

    async def expire(self, key_id: str, at: datetime) -> None: ...

    async def touch(self, used: Mapping[str, datetime]) -> None:
        """Set `last_used_at` by key id."""
        ...


class SecondFactors(Protocol):
    """Rows of one-time password generators and recovery codes."""

    async def of(self, user_id: str) -> Factors: ...

    async def totp(self, user_id: str) -> Totp | None: ...

    async def put_totp(self, totp: Totp) -> None:
        """Replaces the one there is."""
        ...

    async def use_step(self, user_id: str, step: int) -> bool:
        """Remember the step; False when it, or a later one, was used already."""
        ...

    async def put_recovery_codes(self, user_id: str, hashes: Sequence[bytes]) -> None:
        """Replaces those there are."""
        ...

    async def use_recovery_code(self, user_id: str, code_hash: bytes) -> bool:
        """Whether there was such a code; it is gone now."""
        ...

    async def remove(self, user_id: str) -> None:
        """All of it."""
        ...


class PasswordHasher(Protocol):
    """argon2id, off the event loop; a few at a time, since each takes tens of MiB."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Takes as long when there is no hash (unknown account) as when there is one."""
        ...
