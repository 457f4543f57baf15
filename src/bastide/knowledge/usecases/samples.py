"""Documents and questions that show at the first start what Bastide does."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from bastide.identity.contract import Access as Grade
from bastide.identity.contract import Action, Grant, Principal
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.collections import Collections
from bastide.knowledge.usecases.receive import Receive
from bastide.knowledge.usecases.upload import Upload, UploadRequest

COLLECTION = "samples"
_QUESTIONS = "questions.json"


class Suggestion(msgspec.Struct, frozen=True):
    """A question that the samples answer."""

    question: str
    language: str


@dataclass(frozen=True, slots=True)
class LoadSamples:
    store: KnowledgeStore
    collections: Collections
    receive: Receive
    upload: Upload

    async def __call__(self, principal: Principal, folder: Path) -> int:
        """Every file of the folder but the questions, into a collection that the whole organisation may read.
        Nothing when that collection is there. Returns how many.
        """
        async with self.store.reading() as unit:
            if await unit.collections.named(principal, COLLECTION):
                return 0
        grants = (Grant(f"organisation:{principal.organisation_id}", Grade.READ),)
        await self.collections.create(principal, COLLECTION, grants=grants)
        files = await asyncio.to_thread(_files, folder)
        for path in files:
            received = await self.receive(principal, _bytes(path))
            await self.upload(principal, received, UploadRequest(path.name, COLLECTION))
        return len(files)


@dataclass(frozen=True, slots=True)
class Suggest:
    """`folder`: where the samples are; None = there are none."""

    store: KnowledgeStore
    access: Access
    folder: Path | None

    async def __call__(self, principal: Principal) -> Sequence[Suggestion]:
        """None for someone who may not read the samples."""
        self.access.require(principal, Action.COLLECTION_LIST)
        async with self.store.reading() as unit:
            samples = await self.access.find(unit, principal, COLLECTION)
        if self.folder is None or samples is None:
            return ()
        return await asyncio.to_thread(_questions, self.folder / _QUESTIONS)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != _QUESTIONS)


def _questions(path: Path) -> Sequence[Suggestion]:
    return msgspec.json.decode(path.read_bytes(), type=list[Suggestion]) if path.is_file() else ()


async def _bytes(path: Path) -> AsyncGenerator[bytes]:
    yield await asyncio.to_thread(path.read_bytes)
