"""Leave no byte of what was deleted on the disk."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bastide.identity.contract import Action, Principal
from bastide.kit.clock import Clock
from bastide.kit.errors import UnavailableError
from bastide.kit.ids import made_at
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.index import living
from bastide.knowledge.usecases.receive import FOLDER_PREFIX
from bastide.operations.contract import done_by
from bastide.platform.objects.port import ObjectStore
from bastide.platform.workflows.port import Workflows

_PATIENCE_S = 60.0
_POLL_S = 0.1
_LONGEST_UPLOAD = timedelta(days=1)


class ErasurePendingError(UnavailableError):
    """Documents are still being erased, after a minute: compact again later."""

    code = "index.erasure_pending"


@dataclass(frozen=True, slots=True)
class Compact:
    """`used_bytes`: what the installation holds on this machine's disk."""

    store: KnowledgeStore
    access: Access
    objects: ObjectStore
    index: PassageIndex
    workflows: Workflows
    clock: Clock
    used_bytes: Callable[[], int]

    async def __call__(self, principal: Principal) -> int:
        """Slow. Returns freed bytes. Raises DeniedError, ErasurePendingError."""
        self.access.require(principal, Action.SYSTEM_MANAGE)
        async with self.store.transaction() as unit:
            await unit.record(done_by(principal, "index.compact_asked"))
        await self._erased()
        before = await asyncio.to_thread(self.used_bytes)
        async with self.store.reading() as unit:
            organisations = {one.organisation_id for one in await unit.generations.everyone()}
        for organisation_id in sorted(organisations | {principal.organisation_id}):
            await self._sweep(organisation_id)
        for name in await self.index.names():
            try:
                await self.index.compact(name)
            except UnavailableError:
                if await self._lives(name):  # else it was replaced meanwhile, and goes with all it had
                    raise
        await self.workflows.compact()
        await self.store.compact()
        return max(0, before - await asyncio.to_thread(self.used_bytes))

    async def _lives(self, index: str) -> bool:
        async with self.store.reading() as unit:
            return index in {one.name for one in living(await unit.generations.everyone())}

    async def _erased(self) -> None:
        """What was deleted before this call is part of it."""
        for _ in range(round(_PATIENCE_S / _POLL_S)):
            async with self.store.reading() as unit:
                if not await unit.erasures.pending():
                    return
            await asyncio.sleep(_POLL_S)
        raise ErasurePendingError("Documents are still being erased; compact again later.")

    async def _sweep(self, organisation_id: str) -> None:
        """Objects of uploads that never became a document, because the process was killed in between."""
        async with self.store.reading() as unit:
            known = await unit.documents.folders(organisation_id)
        youngest = self.clock.now() - _LONGEST_UPLOAD
        async for key in self.objects.keys(organisation_id):
            _, name, *_ = key.split("/")
            is_version = name.startswith(FOLDER_PREFIX) and f"{organisation_id}/{name}" not in known
            if is_version and made_at(name) < youngest:
                await self.objects.erase(f"{organisation_id}/{name}")
