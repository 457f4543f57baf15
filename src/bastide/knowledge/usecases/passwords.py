"""Passwords of encrypted files, between their arrival and the parser: in memory only, for an hour."""

from bastide.platform.cache.port import Cache

_KEPT_S = 3600.0


class Passwords:
    """Kept by run, so that they are there before the run starts. After a restart the user gives it again."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def keep(self, run_id: str, password: str | None) -> None:
        if password:
            await self._cache.set(_key(run_id), password.encode(), ttl_s=_KEPT_S)

    async def of(self, run_id: str) -> str | None:
        stored = await self._cache.get(_key(run_id))
        return stored.decode() if stored else None

    async def forget(self, run_id: str) -> None:
        await self._cache.delete(_key(run_id))


def _key(run_id: str) -> str:
    return f"document-password:{run_id}"
