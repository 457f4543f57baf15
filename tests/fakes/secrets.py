"""Data keys in memory."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass
class MemoryDataKeys:
    keys: dict[str, bytes] = field(default_factory=dict)

    async def make(self, name: str) -> bytes:
        return self.keys.setdefault(name, secrets.token_bytes(32))

    async def find(self, name: str) -> bytes | None:
        return self.keys.get(name)

    async def preload(self, names: Collection[str]) -> None: ...

    async def destroy(self, name: str) -> None:
        self.keys.pop(name, None)
