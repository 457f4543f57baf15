"""Watch documents change, as far as the caller may see them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass

from bastide.identity.contract import Action, Principal
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.notices import Notice, Notices, decoded
from bastide.knowledge.usecases.see import See, Seen

_TOGETHER_S = 0.1
"""Changes that come within this time are read together, and those of one document once."""


@dataclass(frozen=True, slots=True)
class Gone:
    """A document was deleted."""

    document_id: str


@dataclass(frozen=True, slots=True)
class Watch:
    store: KnowledgeStore
    access: Access
    notices: Notices
    see: See

    async def __call__(self, principal: Principal, *, quiet_s: float) -> AsyncGenerator[Seen | Gone | None]:
        """Changes from now on, without an end; None whenever nothing happened for `quiet_s` seconds."""
        self.access.require(principal, Action.COLLECTION_LIST)
        async with self.notices.listen(principal.organisation_id) as messages:
            async for batch in _batches(messages, quiet_s):
                for change in await self._changes(principal, batch):
                    yield change
                if not batch:
                    yield None

    async def _changes(self, principal: Principal, batch: Sequence[Notice]) -> list[Seen | Gone]:
        gone = {notice.document_id: notice for notice in batch if notice.deleted}
        changed = {notice.document_id for notice in batch} - gone.keys()
        if not batch:
            return []
        async with self.store.reading() as unit:
            documents = await unit.documents.many(principal.organisation_id, sorted(changed))
            readable = {one.id for one in await self.access.readable(unit, principal)}
            known = [one for one in documents if self.access.may(principal, Action.DOCUMENT_READ, one)]
            seen = await self.see(unit, principal, known)
        told = [
            Gone(notice.document_id)
            for notice in gone.values()
            if notice.collection_id in readable
            and (not notice.readers or not principal.tokens.isdisjoint(notice.readers))
            and principal.barred_labels.isdisjoint(notice.labels)
        ]
        return [*seen, *told]


async def _batches(
    messages: AsyncIterator[tuple[str, bytes]], quiet_s: float
) -> AsyncGenerator[list[Notice]]:
    """What came together; an empty batch after a quiet time. Ends with the messages."""
    waiting = asyncio.ensure_future(_next(messages))
    try:
        while True:
            batch: list[Notice] = []
            timeout_s = quiet_s
            while (await asyncio.wait([waiting], timeout=timeout_s))[0]:
                message = waiting.result()
                if message is None:
                    return
                batch.append(decoded(message[1]))
                waiting = asyncio.ensure_future(_next(messages))
                timeout_s = _TOGETHER_S
            yield batch
    finally:
        waiting.cancel()
        await asyncio.wait([waiting])


async def _next(messages: AsyncIterator[tuple[str, bytes]]) -> tuple[str, bytes] | None:
    return await anext(messages, None)
