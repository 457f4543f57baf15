"""What goes on behind the requests of a process that works: catching up, then keeping the index quick."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bastide.kit.errors import BastideError
from bastide.knowledge.domain.generation import GenerationState
from bastide.knowledge.ports.index import PassageIndex
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.catch_up import CatchUp
from bastide.platform.uninterrupted import told_to_end

_EVERY_S = 30.0
_log = structlog.get_logger()


class Upkeep:
    def __init__(self, catch_up: CatchUp, store: KnowledgeStore, index: PassageIndex) -> None:
        self._catch_up = catch_up
        self._store = store
        self._index = index
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="knowledge-upkeep")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        await _logged(self._catch_up)
        while not told_to_end():
            await asyncio.sleep(_EVERY_S)
            await _logged(self._optimize)

    async def _optimize(self) -> None:
        """Cheap where there is nothing to do: the index knows."""
        async with self._store.reading() as unit:
            generations = await unit.generations.everyone()
        for one in generations:
            if one.state is GenerationState.SERVING:
                await self._index.optimize(one.name)


async def _logged(work: Callable[[], Awaitable[None]]) -> None:
    """It is tried again at the next turn, or at the next start."""
    try:
        await work()
    except BastideError as error:
        _log.warning("knowledge.upkeep_failed", code=error.code, error=error.message)
