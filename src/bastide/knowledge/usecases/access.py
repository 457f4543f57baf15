"""Load what a caller names, and ask the policy whether it may."""

from collections.abc import Sequence

from bastide.identity.contract import Action, Policy, Principal
from bastide.kit.errors import NotFoundError
from bastide.knowledge.contract import CollectionNotFoundError
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.errors import DocumentNotFoundError
from bastide.knowledge.ports.store import Unit


class Access:
    """What the caller may not know of is not found; what it knows and may not do is denied."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def require(self, principal: Principal, action: Action) -> None:
        """For verbs that are about nothing in particular."""
        self._policy.require(principal, action)

    async def collection(
        self, unit: Unit, principal: Principal, action: Action, name_or_id: str
    ) -> Collection:
        """Raises CollectionNotFoundError, DeniedError."""
        collection = await unit.collections.get(principal.organisation_id, name_or_id)
        if collection is not None and self._knows_collection(principal, action, collection):
            return collection
        raise CollectionNotFoundError("There is no collection of this name or id.", collection=name_or_id)

    async def document(self, unit: Unit, principal: Principal, action: Action, document_id: str) -> Document:
        """Raises DocumentNotFoundError, DeniedError."""
        document = await unit.documents.get(principal.organisation_id, document_id)
        if document is not None:
            try:
                self._policy.require(principal, action, document.resource)
            except NotFoundError:
                document = None
        if document is None:
            raise DocumentNotFoundError("There is no document of this id.", document_id=document_id)
        return document

    def may(self, principal: Principal, action: Action, thing: Collection | Document) -> bool:
        return self._policy.allows(principal, action, thing.resource)

    async def readable(self, unit: Unit, principal: Principal) -> Sequence[Collection]:
        """The organisation's collections that the caller may read, by name."""
        everything = await unit.collections.of_organisation(principal)
        return [one for one in everything if self.may(principal, Action.COLLECTION_READ, one)]

    def _knows_collection(self, principal: Principal, action: Action, collection: Collection) -> bool:
        try:
            self._policy.require(principal, action, collection.resource)
        except NotFoundError:
            return False
        return True
