"""Slow down guessing without giving an attacker a way to lock somebody out.

Counted are tries per (account, place) and per place, where a place is an address or, for IPv6, a /64. A
browser that has logged in to the account before carries a device cookie and is counted apart, so that nothing
others do can delay it; an address that the account has logged in from is not held up by failures for other
accounts. There is no count per account alone: that would be the lock.
"""

from datetime import timedelta

from bastide.identity.domain.addresses import throttle_block
from bastide.identity.domain.errors import LoginThrottledError
from bastide.identity.domain.throttle import ADDRESS_FREE, PAIR_FREE, WINDOW_S, delay_s
from bastide.kit.clock import Clock
from bastide.platform.cache.port import Cache

_KNOWN_FOR_S = timedelta(days=30).total_seconds()


class LoginThrottle:
    """Each try is counted before the password is looked at, so that tries in parallel gain nothing."""

    def __init__(self, cache: Cache, clock: Clock) -> None:
        self._cache = cache
        self._clock = clock

    async def admit(self, account: str, address: str | None, device: str | None) -> None:
        """Let a try through. `account` is a keyed hash; `device` is a proved device's id.

        Raises:
            LoginThrottledError: too soon.
        """
        place = throttle_block(address)
        await self._count(f"login:pair:{account}:{device or place}", PAIR_FREE)
        if device is None and await self._cache.get(f"login:known:{account}:{place}") is None:
            await self._count(f"login:place:{place}", ADDRESS_FREE)

    async def succeeded(self, account: str, address: str | None, device: str | None) -> None:
        """Forget the pair's failures and remember the address; the place keeps those for other accounts."""
        place = throttle_block(address)
        pair = f"login:pair:{account}:{device or place}"
        await self._forget(pair)
        known = f"login:known:{account}:{place}"
        if device is None and await self._cache.get(known) is None:
            await self._cache.increment(f"login:place:{place}", -1, ttl_s=WINDOW_S)
        await self._cache.set(known, b"1", ttl_s=_KNOWN_FOR_S)

    async def admit_second(self, account: str) -> None:
        """A try at what comes after the password. Counted per account alone: only who knows the password gets
        here, and six digits must not be guessed from a thousand addresses.

        Raises:
            LoginThrottledError: too soon.
        """
        await self._count(f"login:second:{account}", PAIR_FREE)

    async def forget_second(self, account: str) -> None:
        """It succeeded."""
        await self._forget(f"login:second:{account}")

    async def _forget(self, name: str) -> None:
        await self._cache.delete(name, f"{name}:wait", f"{name}:told")

    async def _count(self, name: str, free: int) -> None:
        attempts = await self._cache.increment(name, ttl_s=WINDOW_S)
        delay = delay_s(attempts, free)
        if delay == 0:
            return
        now = self._clock.now().timestamp()
        if await self._cache.add(f"{name}:wait", str(now + delay).encode(), ttl_s=delay):
            return
        until = float(await self._cache.get(f"{name}:wait") or now)
        wait_s = max(1.0, until - now)
        raise LoginThrottledError(wait_s, first=await self._cache.add(f"{name}:told", b"1", ttl_s=wait_s))
