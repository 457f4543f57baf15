"""The events of this slice."""

from datetime import datetime
from typing import Final

from bastide.kit.events import DomainEvent
from bastide.kit.ids import new_id
from bastide.kit.json import Json, JsonObject
from bastide.knowledge.domain.document import Document

UPLOADED: Final = "document.uploaded"
RETRIED: Final = "document.retried"
INDEXED: Final = "document.indexed"
FAILED: Final = "document.failed"
CANCELLED: Final = "document.cancelled"
CHANGED: Final = "document.changed"
DELETED: Final = "document.deleted"
COLLECTION_DELETED: Final = "collection.deleted"
REBUILD_ASKED: Final = "index.rebuild_asked"


def new_event_id() -> str:
    return new_id("evt")


def document_event(
    topic: str, document: Document, at: datetime, *, event_id: str | None = None, **facts: Json
) -> DomainEvent:
    """About the document's latest version; `event_id` when a run has that id already."""
    payload: JsonObject = {
        "organisation_id": document.organisation_id,
        "document_id": document.id,
        "version": document.latest.number,
        **facts,
    }
    return DomainEvent(event_id or new_event_id(), topic, document.organisation_id, document.id, payload, at)
