"""Data keys as rows. In a backup of their own: see `docs/operations/encryption.md`."""

import secrets
from collections import OrderedDict
from collections.abc import Collection

from sqlalchemy import delete, insert, select

from bastide.kit.clock import Clock
from bastide.platform.database.errors import DuplicateError, translated
from bastide.platform.database.port import Database
from bastide.platform.secrets.data_keys import KEY_BYTES, locked, unlocked
from bastide.platform.secrets.port import Keyring
from bastide.platform.secrets.tables import data_keys

_REMEMBERED = 4096


class SqlDataKeys:
    """Unwrapped keys are remembered in memory, the least recently used forgotten first."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._known: OrderedDict[str, bytes] = OrderedDict()

    async def make(self, name: str) -> bytes:
        key = await self.find(name)
        if key is None:
            if parent := _parent(name):
                await self.make(parent)
            fresh = secrets.token_bytes(KEY_BYTES)
            values = {
                "name": name,
                "wrapped": await self._wrapped(name, fresh),
                "created_at": self._clock.now(),
            }
            try:
                async with self._database.transaction() as connection:
                    with translated():
                        await connection.execute(insert(data_keys).values(values))
            except DuplicateError:  # another process was quicker
                pass
            key = await self.find(name)
        if key is None:
            raise RuntimeError(f"the data key {name} vanished while it was made")
        return key

    async def find(self, name: str) -> bytes | None:
        if name in self._known:
            self._known.move_to_end(name)
            return self._known[name]
        async with self._database.reading() as connection:
            wrapped = await connection.scalar(select(data_keys.c.wrapped).where(data_keys.c.name == name))
        if wrapped is None:
            return None
        return self._remember(name, await self._unwrapped(name, bytes(wrapped)))

    async def preload(self, names: Collection[str]) -> None:
        unknown = sorted(set(names) - self._known.keys())
        if not unknown:
            return
        query = select(data_keys.c.name, data_keys.c.wrapped).where(data_keys.c.name.in_(unknown))
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        for row in rows:
            self._remember(row.name, await self._unwrapped(row.name, bytes(row.wrapped)))

    async def destroy(self, name: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(delete(data_keys).where(data_keys.c.name == name))
        self._known.pop(name, None)

    async def _wrapped(self, name: str, key: bytes) -> bytes:
        parent = _parent(name)
        if not parent:
            return await self._keyring.seal(key, data_key_context(name))
        return locked(await self._above(parent), key, data_key_context(name))

    async def _unwrapped(self, name: str, wrapped: bytes) -> bytes:
        parent = _parent(name)
        if not parent:
            return await self._keyring.open(wrapped, data_key_context(name))
        return unlocked(await self._above(parent), wrapped, data_key_context(name))

    async def _above(self, parent: str) -> bytes:
        key = await self.find(parent)
        if key is None:
            raise RuntimeError(f"the data key {parent} is gone, and with it everything below it")
        return key

    def _remember(self, name: str, key: bytes) -> bytes:
        self._known[name] = key
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return key


def _parent(name: str) -> str:
    """The organisation that a folder belongs to; "" for the organisation itself."""
    return name.rpartition("/")[0]


def data_key_context(name: str) -> str:
    """What a wrapped key is bound to."""
    return f"data-key:{name}"
