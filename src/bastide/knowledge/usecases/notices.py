"""Tells every process which document has changed, and how far those that are read have got.

What is told is kept for nobody, and progress may vanish: the truth is in SQL.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

import msgspec

from bastide.identity.contract import reader_tokens
from bastide.knowledge.domain.document import Document, DocumentStatus, Stage
from bastide.knowledge.domain.progress import Progress, resting
from bastide.platform.cache.port import Cache

_PROGRESS_S = 30.0
_HELD_UP = "documents:held_up"  # of no organisation: one queue is everybody's
_HELD_UP_S = 3.0  # told again several times a second while it lasts


@dataclass(frozen=True, slots=True)
class Notice:
    """A document of the organisation has changed.

    Attributes:
        deleted: it is gone; then `readers` (tokens; empty: whoever reads the collection) say whom to tell,
            and `labels` whom not to.
    """

    document_id: str
    collection_id: str
    deleted: bool = False
    readers: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()


class Notices:
    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    async def changed(self, document: Document) -> None:
        await self._publish(document.organisation_id, Notice(document.id, document.collection.id))

    async def deleted(self, document: Document) -> None:
        readers = reader_tokens(document.resource)
        await self._publish(
            document.organisation_id,
            Notice(
                document.id, document.collection.id, deleted=True, readers=readers, labels=document.labels
            ),
        )

    async def advanced(self, document: Document, progress: Progress) -> None:
        key = _progress_key(document)
        await self._cache.set(key, msgspec.json.encode(progress), ttl_s=_PROGRESS_S)
        if progress.waits_for:
            await self._cache.set(_HELD_UP, progress.waits_for.encode(), ttl_s=_HELD_UP_S)
        await self.changed(document)

    async def progress(self, documents: Sequence[Document]) -> dict[str, Progress]:
        """Of those that are being read, by document id. What holds up the queue holds up all in it."""
        found: dict[str, Progress] = {}
        for document in documents:
            if document.latest.status is DocumentStatus.PROCESSING:
                stored = await self._cache.get(_progress_key(document))
                known = msgspec.json.decode(stored, type=Progress) if stored else None
                found[document.id] = known or resting(document.latest.stage)
        queued = [key for key, progress in found.items() if progress.stage is Stage.QUEUED]
        if queued and (reason := await self._cache.get(_HELD_UP)):
            found |= {key: replace(found[key], waits_for=reason.decode()) for key in queued}
        return found

    def listen(self, organisation_id: str) -> AbstractAsyncContextManager[AsyncIterator[tuple[str, bytes]]]:
        """Messages for `decoded`."""
        return self._cache.subscribe(_channel(organisation_id))

    async def _publish(self, organisation_id: str, notice: Notice) -> None:
        await self._cache.publish(_channel(organisation_id), msgspec.json.encode(notice))


def decoded(message: bytes) -> Notice:
    return msgspec.json.decode(message, type=Notice)


def _channel(organisation_id: str) -> str:
    return f"{organisation_id}:documents"


def _progress_key(document: Document) -> str:
    return f"{document.organisation_id}:progress:{document.latest.run_id}"
