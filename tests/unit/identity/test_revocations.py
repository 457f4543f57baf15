"""Revocations while the cache is away: nothing stays open in a process that cannot hear of them."""

import asyncio

from bastide.identity.contract import CredentialKind, Principal, Role
from bastide.identity.usecases.credential_cache import CredentialCache, Proof
from bastide.identity.usecases.revocations import Revocations
from bastide.platform.cache.errors import CacheUnavailableError
from bastide.platform.cache.memory import MemoryCache
from tests.unit.identity.conftest import HeldClock

PROOF = Proof("key_1", b"", Principal("usr_1", "org_1", Role.MEMBER, CredentialKind.KEY), None)


class Flaky(MemoryCache):
    """Can be away for who tells."""

    away = False

    async def publish(self, channel: str, message: bytes) -> None:
        if self.away:
            raise CacheUnavailableError("The cache does not answer.")
        await super().publish(channel, message)


async def settled() -> None:
    """Every task that can go on has."""
    for _ in range(20):
        await asyncio.sleep(0)


class Process:
    def __init__(self, cache: MemoryCache) -> None:
        self.clock = HeldClock()
        self.credentials = CredentialCache(self.clock)
        self.revocations = Revocations(self.credentials, cache)
        self.listening = asyncio.ensure_future(self.revocations.listen())

    def remember(self) -> None:
        self.credentials.put("handle", PROOF, self.credentials.generation)

    @property
    def remembers(self) -> bool:
        return self.credentials.get("handle", self.clock.now()) is not None


async def test_revoking_does_not_need_the_cache() -> None:
    cache = Flaky()
    process = Process(cache)
    await settled()
    process.remember()
    cache.away = True
    await process.revocations.credential("key_1")
    assert not process.remembers
    process.listening.cancel()


async def test_nothing_is_kept_while_the_subscription_is_over() -> None:
    cache = MemoryCache()
    process = Process(cache)
    await settled()
    process.remember()
    assert process.remembers
    await cache.close()
    await settled()
    assert process.credentials.suspended
    process.remember()
    assert not process.remembers
    process.listening.cancel()


async def test_the_untold_reaches_who_goes_on_listening() -> None:
    """Only the process that revokes had lost the cache."""
    cache, heard = Flaky(), CredentialCache(HeldClock())
    teller = Revocations(heard, cache)
    cache.away = True
    await teller.subject("usr_1")
    cache.away = False
    other = Process(cache)
    await settled()
    other.remember()
    listening = asyncio.ensure_future(teller.listen())
    await settled()
    assert not other.remembers
    assert not other.credentials.suspended
    for task in (listening, other.listening):
        task.cancel()
