"""Watch over one step of a run: tell how far it is, and stop it when nobody wants it any more."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bastide.knowledge.domain.document import Document, Run, Stage
from bastide.knowledge.domain.progress import progress
from bastide.knowledge.ports.observer import IngestionObserver
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.notices import Notices

T = TypeVar("T")
_EVERY_S = 0.3


@dataclass(slots=True)
class Counter:
    """Moved by the step, read by the watch: `done` of `total` units; `waits_for` as in `Progress`."""

    done: int = 0
    total: int = 0
    waits_for: str = ""


class RunStoppedError(Exception):
    """The run was cancelled, retried, or its document deleted. No failure: whoever did that knows."""


class Attend:
    def __init__(self, store: KnowledgeStore, notices: Notices, observer: IngestionObserver) -> None:
        self._store = store
        self._notices = notices
        self._observer = observer

    async def load(self, run: Run) -> Document:
        """The document as it is now, with the run's version as its latest. Raises RunStoppedError."""
        async with self._store.reading() as unit:
            document = await unit.documents.find(run.document_id)
        latest = document.latest if document else None
        if document is None or latest is None or not latest.is_read_by(run):
            raise RunStoppedError
        return document

    async def __call__(
        self, run: Run, document: Document, stage: Stage, work: Callable[[Counter], Awaitable[T]]
    ) -> T:
        """The work's result. Raises RunStoppedError; the work was cancelled by then."""
        counter = Counter()
        task = asyncio.ensure_future(work(counter))
        began = time.monotonic()
        try:
            while not (await asyncio.wait([task], timeout=_EVERY_S))[0]:
                async with self._store.reading() as unit:
                    if not await unit.runs.wanted(run):
                        raise RunStoppedError
                elapsed_s = time.monotonic() - began
                now = progress(stage, counter.done, counter.total, elapsed_s, counter.waits_for)
                await self._notices.advanced(document, now)
            self._observer.stage_ended(stage, time.monotonic() - began)
            return task.result()
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait([task])
