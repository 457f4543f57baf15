"""Change what a user may change of a document: its metadata and its name."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.identity.contract import Action, Principal, Sharing
from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.errors import DocumentNameTakenError
from bastide.knowledge.domain.filename import clean_filename
from bastide.knowledge.domain.naming import checked_metadata
from bastide.knowledge.domain.sharing import added_labels
from bastide.knowledge.ports.store import KnowledgeStore, Unit
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.events import CHANGED, document_event
from bastide.knowledge.usecases.notices import Notices


@dataclass(frozen=True, slots=True)
class ChangeDocument:
    store: KnowledgeStore
    access: Access
    sharing: Sharing
    notices: Notices
    clock: Clock

    async def __call__(
        self,
        principal: Principal,
        document_id: str,
        *,
        metadata: JsonObject | None = None,
        filename: str | None = None,
        labels: Sequence[str] | None = None,
    ) -> Document:
        """`metadata` is merged into what is there; null removes a key (RFC 7396, one level deep). `labels`
        are replaced, and hold for what is attached too.

        Raises:
            DocumentNotFoundError, DeniedError, DocumentNameTakenError, MetadataError, LabelUnknownError.
        """
        if labels is not None:
            await self._check_labels(principal, document_id, labels)
        async with self.store.transaction() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_MANAGE, document_id)
            changed = document
            if metadata is not None:
                merged: JsonObject = {**document.metadata, **metadata}
                merged = {key: merged[key] for key in merged if merged[key] is not None}
                changed = replace(changed, metadata=checked_metadata(merged))
            if filename is not None:
                changed = replace(changed, filename=clean_filename(filename))
                await self._require_free(unit, principal, changed)
            if labels is not None:
                changed = replace(changed, labels=tuple(sorted(set(labels))))
            if changed == document:
                return document
            every = await self._stored(unit, principal, document, changed)
        for one in every:
            await self.notices.changed(one)
        return changed

    async def _check_labels(self, principal: Principal, document_id: str, labels: Sequence[str]) -> None:
        async with self.store.reading() as unit:
            before = await self.access.document(unit, principal, Action.DOCUMENT_MANAGE, document_id)
        await self.sharing.check_labels(principal, added_labels(before.labels, labels))

    async def _require_free(self, unit: Unit, principal: Principal, renamed: Document) -> None:
        named = await self.access.named_document(
            unit, principal, renamed.collection.id, renamed.parent_id, renamed.filename
        )
        if named is not None and named.id != renamed.id:
            raise DocumentNameTakenError(
                "Another document of this collection has this name.", filename=renamed.filename
            )

    async def _stored(
        self, unit: Unit, principal: Principal, before: Document, after: Document
    ) -> list[Document]:
        """With what is attached, as far as its labels follow."""
        await unit.documents.change(after)
        await unit.announce(document_event(CHANGED, after, self.clock.now()))
        stored = [after]
        if before.labels != after.labels:
            await unit.remember(principal, after.resource)
            for child in await unit.documents.children(after.id):
                stored += await self._stored(unit, principal, child, replace(child, labels=after.labels))
        return stored
