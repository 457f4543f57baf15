"""Change what a user may change of a document: its metadata and its name."""

from dataclasses import dataclass, replace

from bastide.identity.contract import Action, Principal
from bastide.kit.clock import Clock
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.filename import clean_filename
from bastide.knowledge.domain.naming import checked_metadata
from bastide.knowledge.ports.store import KnowledgeStore
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.events import CHANGED, document_event
from bastide.knowledge.usecases.notices import Notices


@dataclass(frozen=True, slots=True)
class ChangeDocument:
    store: KnowledgeStore
    access: Access
    notices: Notices
    clock: Clock

    async def __call__(
        self,
        principal: Principal,
        document_id: str,
        *,
        metadata: JsonObject | None = None,
        filename: str | None = None,
    ) -> Document:
        """`metadata` is merged into what is there; null removes a key (RFC 7396, one level deep).

        Raises:
            DocumentNotFoundError, DeniedError, DocumentNameTakenError, MetadataError.
        """
        async with self.store.transaction() as unit:
            document = await self.access.document(unit, principal, Action.DOCUMENT_MANAGE, document_id)
            changed = document
            if metadata is not None:
                merged: JsonObject = {**document.metadata, **metadata}
                merged = {key: merged[key] for key in merged if merged[key] is not None}
                changed = replace(changed, metadata=checked_metadata(merged))
            if filename is not None:
                changed = replace(changed, filename=clean_filename(filename))
            if changed == document:
                return document
            await unit.documents.change(changed)
            await unit.announce(document_event(CHANGED, changed, self.clock.now()))
        await self.notices.changed(changed)
        return changed
