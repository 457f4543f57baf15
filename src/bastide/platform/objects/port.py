"""The object store port."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from bastide.kit.errors import NotFoundError, TooLargeError


class ObjectNotFoundError(NotFoundError):
    """No object has this key."""

    code = "object.not_found"


class ObjectTooLargeError(TooLargeError):
    """The stream passed the allowed number of bytes; nothing was kept."""

    code = "object.too_large"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What a write left behind.

    `key` is `sha256/<64 hex digits>` below the caller's prefix, the digest that of the stored bytes; `sha256`
    and `size` are those of the content.
    """

    key: str
    sha256: str
    size: int


class ObjectStore(Protocol):
    """Immutable bytes, named by the SHA-256 of what is stored, below a prefix.

    A write is atomic: a reader sees the whole object or none, also after a power cut; an aborted write
    leaves nothing. Writing the same bytes twice under one prefix is one object, where objects are not
    encrypted. Prefixes keep tenants apart (`org_…`): equal bytes under two prefixes are two objects.
    """

    async def put(
        self, prefix: str, chunks: AsyncIterator[bytes], *, max_bytes: int | None = None
    ) -> StoredObject:
        """Store a stream without holding it in memory.

        Raises:
            ObjectTooLargeError: more than `max_bytes` came; nothing is kept.
        """
        ...

    def open(self, key: str, *, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes `start` to `end` (exclusive; None: to the end), in chunks of at most 1 MiB.

        Raises:
            ObjectNotFoundError: on the first iteration.
        """
        ...

    async def read(self, key: str) -> bytes:
        """The whole object; for small ones."""
        ...

    async def size(self, key: str) -> int:
        """Its size in bytes. Raises ObjectNotFoundError."""
        ...

    async def delete(self, key: str) -> None:
        """Remove it; no error when it is gone already."""
        ...

    async def erase(self, prefix: str) -> None:
        """Remove every object below the prefix, for ever; no error when there is none."""
        ...

    def keys(self, prefix: str) -> AsyncIterator[str]:
        """Every key below the prefix, in no order. For integrity checks and erasure."""
        ...
