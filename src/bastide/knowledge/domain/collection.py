"""A collection: a named set of documents with one list of who may use it."""

from dataclasses import dataclass
from datetime import datetime

from bastide.identity.contract import Grant, Resource


@dataclass(frozen=True, slots=True)
class Collection:
    """Nobody sees another collection of the name that they give one (`Access.require_free`).

    Attributes:
        grants: who may use it besides its owner and the administrators; empty = nobody.
        labels: `confidential`, `department:…`; they hold for its documents too.
        documents_count: those in it that the caller may read, attachments too; for listings, else 0.
    """

    id: str
    organisation_id: str
    name: str
    description: str
    owner_id: str
    grants: tuple[Grant, ...]
    created_at: datetime
    labels: tuple[str, ...] = ()
    documents_count: int = 0

    @property
    def resource(self) -> Resource:
        """What the policy judges."""
        return Resource(
            "collection", self.id, self.organisation_id, self.owner_id, self.grants, labels=self.labels
        )
