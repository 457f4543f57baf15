"""The durable workflows of this slice, and the events that start them. Each step calls a use case."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import ParamSpec, cast

from bastide.kit.errors import BastideError
from bastide.kit.events import DomainEvent
from bastide.kit.json import Json, JsonObject
from bastide.knowledge.domain.document import Failure, Run
from bastide.knowledge.usecases import events
from bastide.knowledge.usecases.attend import RunStoppedError
from bastide.knowledge.usecases.chunk import ChunkText
from bastide.knowledge.usecases.collections import Collections
from bastide.knowledge.usecases.embed import Embed
from bastide.knowledge.usecases.erase import Erase
from bastide.knowledge.usecases.fail import Fail
from bastide.knowledge.usecases.parse import Parse
from bastide.knowledge.usecases.publish import Publish, Tidy
from bastide.knowledge.usecases.rebuild import Rebuild
from bastide.knowledge.usecases.update_index import UpdateIndex
from bastide.platform.outbox.port import Relay
from bastide.platform.workflows.errors import WorkflowCancelledError
from bastide.platform.workflows.port import WorkflowContext, Workflows

P = ParamSpec("P")

INGEST = "ingest"
ERASE = "erase"
UPDATE = "update_index"
EMPTY = "empty_collection"
REBUILD = "rebuild_index"

_INGEST_QUEUE = "documents"
_UPKEEP_QUEUE = "upkeep"
_UPKEEP_CONCURRENCY = 4
_EMBEDDING = 8  # attempts in four minutes: an embeddings server that is started again
_PATIENT = 20  # attempts where another process may have to be waited for


@dataclass(frozen=True, slots=True)
class DocumentWorkflows:
    parse: Parse
    chunk: ChunkText
    embed: Embed
    publish: Publish
    tidy: Tidy
    fail: Fail
    erase: Erase
    update_index: UpdateIndex
    collections: Collections
    rebuild: Rebuild

    def register(self, workflows: Workflows, relay: Relay, concurrency: int) -> None:
        """`concurrency`: documents read at a time; two, so that one is parsed while one is embedded."""
        workflows.register(INGEST, self.ingest_document, queue=_INGEST_QUEUE, concurrency=concurrency)
        upkeep = {
            ERASE: self.erase_document,
            UPDATE: self.update_points,
            EMPTY: self.empty_collection,
            REBUILD: self.rebuild_index,
        }
        for name, workflow in upkeep.items():
            workflows.register(name, workflow, queue=_UPKEEP_QUEUE, concurrency=_UPKEEP_CONCURRENCY)
        started_by = {
            events.UPLOADED: INGEST,
            events.RETRIED: INGEST,
            events.DELETED: ERASE,
            events.CHANGED: UPDATE,
            events.COLLECTION_DELETED: EMPTY,
            events.REBUILD_ASKED: REBUILD,
        }
        for topic, name in started_by.items():
            relay.on(topic, partial(_enqueue, workflows, name))

    async def ingest_document(self, context: WorkflowContext, payload: JsonObject) -> None:
        run = Run(str(payload["document_id"]), cast("int", payload["version"]), context.workflow_id)
        try:
            await self._read(context, run)
        except WorkflowCancelledError:
            raise
        except BastideError as error:
            failure = Failure(error.code, error.message, error.details)
            await context.step("fail", _nothing(self.fail, run, failure))

    async def _read(self, context: WorkflowContext, run: Run) -> None:
        """Every use case looks at the rows first, and goes on where it was: few steps are enough."""

        async def text() -> None:
            await self.parse(run)
            await self.chunk(run)

        if await context.step("text", _unless_stopped(text)) is None:
            return
        if (
            await context.step("vectors", _unless_stopped(partial(self.embed, run)), attempts=_EMBEDDING)
            is None
        ):
            return
        if await context.step("publish", _unless_stopped(partial(self.publish, run))):
            await context.step("tidy", _nothing(self.tidy, run))

    async def erase_document(self, context: WorkflowContext, _: JsonObject) -> None:
        erasure_id = context.workflow_id
        await context.step("stop", _nothing(self.erase.stop, erasure_id), attempts=_PATIENT)
        await context.step("remove", _nothing(self.erase.remove, erasure_id), attempts=_PATIENT)

    async def update_points(self, context: WorkflowContext, payload: JsonObject) -> None:
        update = _nothing(self.update_index, str(payload["document_id"]))
        await context.step("update", update, attempts=_PATIENT)

    async def empty_collection(self, context: WorkflowContext, payload: JsonObject) -> None:
        async def empty() -> Json:
            return await self.collections.empty(
                str(payload["organisation_id"]), str(payload["collection_id"])
            )

        turn, is_empty = 0, False
        while not is_empty:
            turn += 1
            is_empty = await context.step(f"empty {turn}", empty, attempts=_PATIENT) is True

    async def rebuild_index(self, context: WorkflowContext, payload: JsonObject) -> None:
        organisation_id, name = str(payload["organisation_id"]), str(payload["index"])
        turn = 0
        after: str | None = ""
        while after is not None:
            turn += 1
            fill = partial(self.rebuild.fill, name, after)
            after = await context.step(f"fill {turn}", fill, attempts=_PATIENT)
        await context.step("switch", _nothing(self.rebuild.switch, name), attempts=_PATIENT)
        drop = _nothing(self.rebuild.drop_retired, organisation_id)
        await context.step("drop", drop, attempts=_PATIENT)


async def _enqueue(workflows: Workflows, name: str, event: DomainEvent) -> None:
    await workflows.enqueue(name, event.id, event.payload)


def _unless_stopped(action: Callable[[], Awaitable[Json]]) -> Callable[[], Awaitable[Json]]:
    """The action's result, True where it has none; None when the run is not wanted any more."""

    async def result() -> Json:
        try:
            result = await action()
        except RunStoppedError:
            return None
        return True if result is None else result

    return result


def _nothing(
    action: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs
) -> Callable[[], Awaitable[Json]]:
    """A step that remembers only that it was done."""

    async def done() -> Json:
        await action(*args, **kwargs)
        return None

    return done
