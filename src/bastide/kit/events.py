"""What a domain event is: a fact, in the past tense, written in the transaction that made it true."""

from dataclasses import dataclass
from datetime import datetime

from bastide.kit.json import JsonObject


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """A fact on its way to whoever listens.

    Attributes:
        id: `evt_…`; also the id of the workflow that the event starts, so that starting twice is harmless.
        topic: Dotted, in the past tense: `document.uploaded`, `document.indexed`.
        organisation_id: The tenant that it belongs to.
        key: What the event is about (a document id); events with one key keep their order.
        payload: Ids and small facts only, never text or bytes of documents.
        occurred_at: UTC.
    """

    id: str
    topic: str
    organisation_id: str
    key: str
    payload: JsonObject
    occurred_at: datetime
