"""Write down, now and then, when keys and sessions were last used; drop the sessions and links that ended."""

from dataclasses import dataclass

from bastide.identity.ports import IdentityStore
from bastide.identity.usecases.credential_cache import CredentialCache
from bastide.kit.clock import Clock


@dataclass(frozen=True, slots=True)
class RecordUse:
    store: IdentityStore
    cache: CredentialCache
    clock: Clock

    async def __call__(self) -> None:
        used = self.cache.take_used()
        async with self.store.transaction() as unit:
            await unit.keys.touch({one: at for one, at in used.items() if not one.startswith("ses_")})
            await unit.sessions.touch({one: at for one, at in used.items() if one.startswith("ses_")})
            await unit.sessions.delete_expired(self.clock.now())
            await unit.links.delete_expired(self.clock.now())
