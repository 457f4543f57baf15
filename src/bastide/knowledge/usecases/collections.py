"""Make, list, change and delete collections."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bastide.identity.contract import Action, Grant, Principal, Sharing
from bastide.kit.clock import Clock
from bastide.kit.events import DomainEvent
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.naming import checked_name
from bastide.knowledge.domain.sharing import added_grants, added_labels
from bastide.knowledge.ports.store import KnowledgeStore, Unit
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.delete import DeleteDocument
from bastide.knowledge.usecases.events import COLLECTION_DELETED, new_event_id
from bastide.operations.contract import AuditEntry, done_by, with_personal

_AT_A_TIME = 20


@dataclass(frozen=True, slots=True)
class Collections:
    store: KnowledgeStore
    access: Access
    sharing: Sharing
    delete_document: DeleteDocument
    clock: Clock

    async def listing(self, principal: Principal) -> Sequence[Collection]:
        """Those that the caller may read, by name."""
        self.access.require(principal, Action.COLLECTION_LIST)
        async with self.store.reading() as unit:
            return await self.access.readable(unit, principal)

    async def get(self, principal: Principal, name_or_id: str) -> Collection:
        """Raises CollectionNotFoundError, DeniedError."""
        async with self.store.reading() as unit:
            found = await self.access.collection(unit, principal, Action.COLLECTION_READ, name_or_id)
            return await _counted(unit, principal, found)

    async def create(
        self,
        principal: Principal,
        name: str,
        description: str = "",
        grants: tuple[Grant, ...] = (),
        labels: Sequence[str] = (),
    ) -> Collection:
        """Raises CollectionNameError, CollectionNameTakenError, GranteeUnknownError, LabelUnknownError,
        DeniedError.
        """
        self.access.require(principal, Action.COLLECTION_CREATE)
        await self.sharing.check(principal, grants)
        await self.sharing.check_labels(principal, labels)
        collection = Collection(
            id=new_id("col"),
            organisation_id=principal.organisation_id,
            name=checked_name(name),
            description=description,
            owner_id=principal.subject_id,
            grants=grants,
            created_at=self.clock.now(),
            labels=tuple(sorted(set(labels))),
        )
        async with self.store.transaction() as unit:
            await self.access.require_free(unit, principal, collection.name)
            await unit.collections.add(collection)
            await unit.remember(principal, collection.resource)
            await unit.record(collection_created(principal, collection))
        return collection

    async def change(
        self,
        principal: Principal,
        name_or_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        grants: tuple[Grant, ...] | None = None,
        labels: Sequence[str] | None = None,
    ) -> Collection:
        """Raises CollectionNotFoundError, CollectionNameError, CollectionNameTakenError, GranteeUnknownError,
        LabelUnknownError, DeniedError.
        """
        async with self.store.reading() as unit:
            before = await self.access.collection(unit, principal, Action.COLLECTION_MANAGE, name_or_id)
        await self.sharing.check(principal, added_grants(before.grants, grants or ()))
        await self.sharing.check_labels(principal, added_labels(before.labels, labels or ()))
        async with self.store.transaction() as unit:
            collection = await self.access.collection(unit, principal, Action.COLLECTION_MANAGE, name_or_id)
            changed = replace(
                collection,
                name=collection.name if name is None else checked_name(name),
                description=collection.description if description is None else description,
                grants=collection.grants if grants is None else grants,
                labels=collection.labels if labels is None else tuple(sorted(set(labels))),
            )
            if changed.name != collection.name:
                await self.access.require_free(unit, principal, changed.name, but=collection)
            await unit.collections.change(changed)
            await unit.remember(principal, changed.resource)
            if changed.name != collection.name:
                renamed = done_by(principal, "collection.renamed", collection.id)
                await unit.record(with_personal(renamed, before=collection.name, after=changed.name))
            return await _counted(unit, principal, changed)

    async def delete(self, principal: Principal, name_or_id: str) -> None:
        """Gone from every answer at once; its documents are erased by a workflow.

        Raises:
            CollectionNotFoundError, DeniedError.
        """
        async with self.store.transaction() as unit:
            collection = await self.access.collection(unit, principal, Action.COLLECTION_MANAGE, name_or_id)
            now = self.clock.now()
            await unit.collections.hide(collection.id, now)
            await unit.remember(principal, collection.resource, deleted=True)
            await unit.record(done_by(principal, "collection.deleted", collection.id))
            organisation_id = collection.organisation_id
            payload: JsonObject = {"organisation_id": organisation_id, "collection_id": collection.id}
            await unit.announce(
                DomainEvent(new_event_id(), COLLECTION_DELETED, organisation_id, collection.id, payload, now)
            )

    async def empty(self, organisation_id: str, collection_id: str) -> bool:
        """A step: delete some of a hidden collection's documents. True when none is left, nor the row."""
        async with self.store.transaction() as unit:
            document_ids = await unit.documents.of_collection(collection_id, _AT_A_TIME)
            for document_id in document_ids:
                await self.delete_document.remove(unit, organisation_id, document_id)
            if not document_ids:
                await unit.collections.remove(collection_id)
        return not document_ids


def collection_created(principal: Principal, collection: Collection) -> AuditEntry:
    """However it was made."""
    return with_personal(done_by(principal, "collection.created", collection.id), name=collection.name)


async def _counted(unit: Unit, principal: Principal, collection: Collection) -> Collection:
    count = await unit.collections.documents_count(principal, collection.id)
    return replace(collection, documents_count=count)
