"""Challenges: signed notes that somebody has got through the first step of a login. Nothing is stored."""

import hmac
import secrets
from datetime import timedelta

from bastide.identity.domain.errors import LinkInvalidError
from bastide.identity.usecases.tokens import TokenHashes
from bastide.kit.clock import Clock
from bastide.platform.cache.port import Cache

_AGE = timedelta(minutes=5)


class Challenges:
    """`<user>.<until>.<nonce>.<proof>`; good once, which the cache remembers as long as it is good at all.

    The proof holds for one purpose. For a passkey the note is itself what the authenticator signs.
    """

    def __init__(self, hashes: TokenHashes, cache: Cache, clock: Clock) -> None:
        self._hashes = hashes
        self._cache = cache
        self._clock = clock

    def issue(self, user_id: str, purpose: str) -> str:
        """`user_id` is empty where it is not known yet who logs in."""
        until = int((self._clock.now() + _AGE).timestamp())
        note = f"{user_id}.{until}.{secrets.token_hex(16)}"
        return f"{note}.{self._proof(note, purpose)}"

    def holder(self, token: str, purpose: str) -> str:
        """Whose it is. Raises LinkInvalidError: not one of ours, or too old."""
        note, _, proof = token.rpartition(".")
        parts = note.split(".")
        genuine = hmac.compare_digest(self._proof(note, purpose).encode(), proof.encode())
        if not genuine or len(parts) != 3 or int(parts[1]) < self._clock.now().timestamp():
            raise LinkInvalidError("This login has taken too long. Begin again.")
        return parts[0]

    async def use(self, token: str) -> bool:
        """Whether this is the first use."""
        name = f"login:challenge:{self._hashes.challenge(token)}"
        return await self._cache.add(name, b"1", ttl_s=_AGE.total_seconds())

    def _proof(self, note: str, purpose: str) -> str:
        return self._hashes.challenge(f"{purpose}:{note}")
