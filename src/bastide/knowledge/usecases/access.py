"""Load what a caller names, and ask the policy whether it may."""

from collections.abc import Sequence

from bastide.identity.contract import Action, Policy, Principal
from bastide.kit.errors import NotFoundError
from bastide.knowledge.contract import CollectionNotFoundError
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.document import Document
from bastide.knowledge.domain.errors import CollectionNameTakenError, DocumentNotFoundError
from bastide.knowledge.ports.store import Unit


class Access:
    """What the caller may not know of is not found; what it knows and may not do is denied."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def require(self, principal: Principal, action: Action) -> None:
        """For verbs that are about nothing in particular."""
        self._policy.require(principal, action)

    def may_at_all(self, principal: Principal, action: Action) -> bool:
        """The same as a question."""
        return self._policy.allows(principal, action)

    async def collection(
        self, unit: Unit, principal: Principal, action: Action, name_or_id: str
    ) -> Collection:
        """Of several of one name: the caller's own, else the oldest that the caller knows of.

        Raises:
            CollectionNotFoundError, DeniedError.
        """
        found = await self.find(unit, principal, name_or_id)
        if found is not None and self._knows_collection(principal, action, found):
            return found
        raise CollectionNotFoundError("There is no collection of this name or id.", collection=name_or_id)

    async def find(self, unit: Unit, principal: Principal, name_or_id: str) -> Collection | None:
        """As `collection`; None: the caller knows of none."""
        named = await unit.collections.named(principal, name_or_id)
        known = [one for one in named if self.may(principal, Action.COLLECTION_READ, one)]
        own = [one for one in known if one.owner_id == principal.subject_id]
        return next(iter(own or known), None)

    async def require_free(
        self, unit: Unit, principal: Principal, name: str, but: Collection | None = None
    ) -> None:
        """Until the commit. What the caller may not know of takes no name, so that none can be guessed.

        Raises:
            CollectionNameTakenError.
        """
        await unit.collections.lock(principal.organisation_id, name)
        for one in await unit.collections.named(principal, name):
            if (but is None or one.id != but.id) and self.may(principal, Action.COLLECTION_READ, one):
                raise CollectionNameTakenError("There is a collection of this name already.", name=name)

    async def named_document(
        self, unit: Unit, principal: Principal, collection_id: str, parent_id: str, filename: str
    ) -> Document | None:
        """The one of this name that the caller knows of, first one that it may contribute to. Until the
        commit nobody else gives a name here.
        """
        await unit.documents.lock(collection_id)
        named = await unit.documents.named(collection_id, parent_id, filename)
        known = [one for one in named if self.may(principal, Action.DOCUMENT_READ, one)]
        known.sort(key=lambda one: not self.may(principal, Action.DOCUMENT_CONTRIBUTE, one))
        return next(iter(known), None)

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
