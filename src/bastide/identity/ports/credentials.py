"""Rows of what people and programs prove themselves with, and the proofs that need a library."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bastide.identity.domain.access_tokens import AccessClaims
from bastide.identity.domain.api_keys import ApiKey
from bastide.identity.domain.factors import Factors, Totp
from bastide.identity.domain.passkeys import Passkey, Registered
from bastide.identity.domain.people import User
from bastide.identity.domain.sessions import Session
from bastide.kit.json import JsonObject


class Sessions(Protocol):
    """Rows of sessions, found by the keyed hash of their token."""

    async def add(self, session: Session, token_hash: bytes) -> None: ...

    async def get(self, session_id: str) -> Session | None: ...

    async def replace_token(self, session_id: str, old: bytes, new: bytes, at: datetime) -> bool:
        """False when the present hash is not `old`; of two calls at a time one gets True."""
        ...

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

    async def remove_totp(self, user_id: str) -> None:
        """The generator; the recovery codes too when nothing is left that they could stand in for."""
        ...

    async def remove(self, user_id: str) -> None:
        """All of it, with the passkeys."""
        ...


class Passkeys(Protocol):
    """Rows of passkeys."""

    async def add(self, passkey: Passkey) -> None:
        """Raises PasskeyInvalidError: the credential is registered already, whoever has it."""
        ...

    async def of_user(self, user_id: str) -> Sequence[Passkey]:
        """Oldest first."""
        ...

    async def by_credential(self, credential_id: bytes) -> Passkey | None: ...

    async def rename(self, passkey_id: str, user_id: str, name: str) -> bool:
        """Whether the person has it."""
        ...

    async def remove(self, passkey_id: str, user_id: str) -> bool:
        """Whether the person had it. The recovery codes go with the last factor."""
        ...

    async def use(self, passkey_id: str, sign_count: int, at: datetime) -> bool:
        """Remember a login; False when the count has not grown although the authenticator counts: a copy of
        it is about.
        """
        ...


class AccessTokens(Protocol):
    """Signed tokens that say whose session they belong to."""

    async def sign(self, claims: AccessClaims) -> str: ...

    def verify(self, token: str) -> AccessClaims | None:
        """None: not signed here, for somebody else, or not a token. Expiry is the caller's to check."""
        ...

    def public_keys(self) -> Sequence[JsonObject]:
        """As JWK (RFC 7517), for whoever wants to verify a token elsewhere."""
        ...


class WebAuthn(Protocol):
    """The relying party's half of WebAuthn. Options and answers are the JSON forms of Level 3, § 5.1."""

    def creation_options(self, user: User, challenge: str, known: Sequence[Passkey]) -> JsonObject:
        """For a discoverable credential with user verification; not on an authenticator that has one."""
        ...

    def request_options(
        self, challenge: str, allowed: Sequence[Passkey] = (), *, verify_user: bool = True
    ) -> JsonObject:
        """With none allowed, the authenticator offers what it has for this site."""
        ...

    def challenge_in(self, answer: JsonObject) -> str:
        """What the answer claims to answer, unproved. Raises PasskeyInvalidError."""
        ...

    def credential_in(self, answer: JsonObject) -> bytes:
        """The credential that the answer claims to come from, unproved. Raises PasskeyInvalidError."""
        ...

    def registered(self, answer: JsonObject, challenge: str) -> Registered:
        """Raises PasskeyInvalidError: another site, another challenge, no user verification."""
        ...

    def asserted(
        self, answer: JsonObject, challenge: str, passkey: Passkey, *, verify_user: bool = True
    ) -> int:
        """The sign count, after everything but that count was checked. Raises PasskeyInvalidError."""
        ...


class KnownPasswords(Protocol):
    """Passwords that are tried first."""

    @property
    def reason(self) -> str:
        """For the refusal: `common` or `breached`."""
        ...

    async def holds(self, password: str) -> bool:
        """Raises UnavailableError: it cannot be told."""
        ...


class PasswordHasher(Protocol):
    """argon2id, off the event loop; a few at a time, since each takes tens of MiB."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Takes as long when there is no hash (unknown account) as when there is one."""
        ...
