"""Attachments of a document become documents of their own, below it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from bastide.identity.contract import system_principal
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.errors import DocumentEmptyError, DocumentTooLargeError
from bastide.knowledge.domain.extraction import Attachment
from bastide.knowledge.domain.filename import clean_filename
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.knowledge.usecases.receive import Receive
from bastide.knowledge.usecases.upload import Upload, UploadRequest

_DEEPEST = 3  # an e-mail in an e-mail in an e-mail; a bomb goes on for ever
_CHUNK_BYTES = 1 << 20


class Attach:
    def __init__(
        self, store: KnowledgeStore, receive: Receive, upload: Upload, delete: DeleteDocument
    ) -> None:
        self._store = store
        self._receive = receive
        self._upload = upload
        self._delete = delete

    async def __call__(self, document: Document, attachments: Sequence[Attachment]) -> None:
        """They get the metadata, readers and owner of the document; those of an earlier version that are not
        attached any more are deleted. Doing it again changes nothing.
        """
        if not attachments and document.latest.number == 1:
            return
        if await self._depth(document) >= _DEEPEST:
            return
        # Bastide does it, and the document's owner owns what comes of it.
        principal = replace(system_principal(document.organisation_id), subject_id=document.owner_id)
        names = _distinct([clean_filename(attachment.filename) for attachment in attachments])
        for name, attachment in zip(names, attachments, strict=True):
            try:
                received = await self._receive(principal, _chunks(Path(attachment.path)))
            except (DocumentEmptyError, DocumentTooLargeError):
                continue  # the e-mail itself is not to blame
            request = UploadRequest(
                name,
                collection=document.collection.id,
                metadata=document.metadata,
                parent_id=document.id,
                grants=document.grants,
                labels=document.labels,
            )
            await self._upload(principal, received, request)
        async with self._store.reading() as unit:
            children = await unit.documents.children(document.id)
        for child in children:
            if child.filename not in names:
                await self._delete(principal, child.id)

    async def _depth(self, document: Document) -> int:
        depth = 0
        parent: Document | None = document
        while parent is not None and parent.parent_id and depth < _DEEPEST:
            depth += 1
            async with self._store.reading() as unit:
                parent = await unit.documents.find(parent.parent_id)
        return depth


def _distinct(names: Sequence[str]) -> list[str]:
    """`image.png` a second time is `image (2).png`."""
    seen: dict[str, int] = {}
    result: list[str] = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        path = PurePosixPath(name)
        result.append(name if seen[name] == 1 else f"{path.stem} ({seen[name]}){path.suffix}")
    return result


async def _chunks(path: Path) -> AsyncGenerator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    with file:
        while chunk := await asyncio.to_thread(file.read, _CHUNK_BYTES):
            yield chunk
