"""What permissions are about: collections, documents, and the grants on them."""

from dataclasses import dataclass
from enum import StrEnum


class Access(StrEnum):
    """How much a grant gives on a collection or a document; each includes those before it."""

    READ = "read"
    CONTRIBUTE = "contribute"
    MANAGE = "manage"

    @property
    def rank(self) -> int:
        """Position in the order read < contribute < manage."""
        return list(Access).index(self)


@dataclass(frozen=True, slots=True)
class Grant:
    """`grantee` is one of `Principal.tokens`."""

    grantee: str
    access: Access


@dataclass(frozen=True, slots=True)
class Resource:
    """What the policy judges: a collection, or a document in one.

    Attributes:
        organisation_id: whose it is.
        owner_id: who made it (has MANAGE).
        grants: of a collection: who may use it. Of a document: empty when it follows its collection, else the
            narrower list that holds for it.
        labels: its own; those of its collection count for a document too.
        parent: a document's collection. Whoever may not read the collection may not read the document.
    """

    kind: str
    id: str
    organisation_id: str
    owner_id: str
    grants: tuple[Grant, ...] = ()
    parent: "Resource | None" = None
    labels: tuple[str, ...] = ()


def reader_tokens(document: Resource) -> tuple[str, ...]:
    """Who may read a document that narrows, as tokens for a filter of the index; empty when it does not.

    Someone who may read the document's collection may read the document if and only if this is empty or has
    one of the person's tokens.
    """
    if not document.grants:
        return ()
    fixed = {f"user:{document.owner_id}", f"administrators:{document.organisation_id}"}
    return tuple(sorted(fixed | {grant.grantee for grant in document.grants}))
