"""Make received bytes a document, a new version of one, or find that they are there already."""

from dataclasses import dataclass, field, replace

from bastide.identity.contract import Access as Grade
from bastide.identity.contract import Action, Grant, Principal, Sharing
from bastide.kit.clock import Clock
from bastide.kit.ids import new_id
from bastide.kit.json import JsonObject
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.document import Document, DocumentStatus, Stage, Version
from bastide.knowledge.domain.errors import DocumentNameTakenError
from bastide.knowledge.domain.filename import clean_filename
from bastide.knowledge.domain.media_type import media_type
from bastide.knowledge.domain.naming import checked_metadata, checked_name
from bastide.knowledge.ports.store import KnowledgeStore, Unit
from bastide.knowledge.usecases.access import Access
from bastide.knowledge.usecases.collections import collection_created
from bastide.knowledge.usecases.events import CHANGED, UPLOADED, document_event, new_event_id
from bastide.knowledge.usecases.notices import Notices
from bastide.knowledge.usecases.passwords import Passwords
from bastide.knowledge.usecases.receive import Receive, Received
from bastide.knowledge.usecases.runs import restart, run_of

DEFAULT_COLLECTION = "documents"


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """`collection`: name or id. `parent_id`: the document that it was attached to; `grants` and
    `labels`: of that one.
    """

    filename: str
    collection: str = DEFAULT_COLLECTION
    metadata: JsonObject = field(default_factory=dict)
    password: str | None = None
    parent_id: str = ""
    grants: tuple[Grant, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Uploaded:
    """`duplicate`: the bytes were there already, perhaps under the document's other name."""

    document: Document
    duplicate: bool


class Upload:
    def __init__(
        self,
        store: KnowledgeStore,
        access: Access,
        sharing: Sharing,
        receive: Receive,
        passwords: Passwords,
        notices: Notices,
        clock: Clock,
    ) -> None:
        self._store = store
        self._access = access
        self._sharing = sharing
        self._receive = receive
        self._passwords = passwords
        self._notices = notices
        self._clock = clock

    async def __call__(self, principal: Principal, received: Received, request: UploadRequest) -> Uploaded:
        """Same name and bytes, or the same bytes under another name: the document that is there, read again
        only if that has failed. New bytes under a name that is there: its next version. The received bytes
        are removed when they are not needed, also after an error.

        Raises:
            CollectionNotFoundError, CollectionNameError, DocumentNameTakenError, MetadataError,
            LabelUnknownError, DeniedError.
        """
        try:
            uploaded = await self._uploaded(principal, received, request)
        except BaseException:
            await self._receive.discard(received)
            raise
        if uploaded.document.latest.object_key != received.key:
            await self._receive.discard(received)
        await self._notices.changed(uploaded.document)
        return uploaded

    async def _uploaded(self, principal: Principal, received: Received, request: UploadRequest) -> Uploaded:
        request = replace(
            request,
            filename=clean_filename(request.filename),
            metadata=checked_metadata(request.metadata),
            labels=tuple(sorted(set(request.labels))),
        )
        if not request.parent_id:
            await self._sharing.check_labels(principal, request.labels)
        run_id = new_event_id()
        await self._passwords.keep(run_id, request.password)
        async with self._store.transaction() as unit:
            return await self._placed(unit, principal, received, request, run_id)

    async def _placed(
        self, unit: Unit, principal: Principal, received: Received, request: UploadRequest, run_id: str
    ) -> Uploaded:
        collection = await self._collection(unit, principal, request.collection)
        document = await self._access.named_document(
            unit, principal, collection.id, request.parent_id, request.filename
        )
        if document is not None:
            if not self._access.may(principal, Action.DOCUMENT_CONTRIBUTE, document):
                raise DocumentNameTakenError(
                    "Another document of this collection has this name.", filename=request.filename
                )
            if document.latest.sha256 == received.sha256:
                return await self._again(unit, document, request, run_id)
            version = self._version(
                document.id, document.latest.number + 1, principal, received, request, run_id
            )
            return await self._new_version(unit, document, version, request)
        if not request.parent_id:
            for same in await unit.documents.with_bytes(collection.id, received.sha256):
                if self._access.may(principal, Action.DOCUMENT_CONTRIBUTE, same):
                    return await self._again(unit, same, request, run_id)
        document_id = new_id("doc")
        document = Document(
            id=document_id,
            organisation_id=principal.organisation_id,
            collection=collection,
            filename=request.filename,
            parent_id=request.parent_id,
            owner_id=principal.subject_id,
            metadata=request.metadata,
            grants=request.grants,
            labels=request.labels,
            current_version=0,
            latest=self._version(document_id, 1, principal, received, request, run_id),
        )
        await unit.documents.add(document)
        await unit.remember(principal, document.resource)
        await unit.announce(document_event(UPLOADED, document, self._clock.now(), event_id=run_id))
        return Uploaded(document, duplicate=False)

    async def _new_version(
        self, unit: Unit, document: Document, version: Version, request: UploadRequest
    ) -> Uploaded:
        """The one before it need not be read any more; the one that serves goes on serving."""
        await unit.runs.cancelled(run_of(document))
        await unit.documents.add_version(version)
        document = replace(document, latest=version)
        if request.metadata:
            document = replace(document, metadata=request.metadata)
            await unit.documents.change(document)
        await unit.announce(document_event(UPLOADED, document, self._clock.now(), event_id=version.run_id))
        return Uploaded(document, duplicate=False)

    async def _again(self, unit: Unit, document: Document, request: UploadRequest, run_id: str) -> Uploaded:
        if document.latest.status in {DocumentStatus.FAILED, DocumentStatus.CANCELLED}:
            document = await restart(unit, document, run_id, self._clock)
        if request.metadata and request.metadata != document.metadata:
            document = replace(document, metadata=request.metadata)
            await unit.documents.change(document)
            await unit.announce(document_event(CHANGED, document, self._clock.now()))
        return Uploaded(document, duplicate=True)

    async def _collection(self, unit: Unit, principal: Principal, name_or_id: str) -> Collection:
        """Made, if the caller knows of none. Of several uploads at once the first one makes it."""
        if await self._access.find(unit, principal, name_or_id) is None:
            self._access.require(principal, Action.COLLECTION_CREATE)
            name_or_id = checked_name(name_or_id)
            await unit.collections.lock(principal.organisation_id, name_or_id)
            if await self._access.find(unit, principal, name_or_id) is None:
                name_or_id = await self._made_collection(unit, principal, name_or_id)
        return await self._access.collection(unit, principal, Action.COLLECTION_CONTRIBUTE, name_or_id)

    async def _made_collection(self, unit: Unit, principal: Principal, name: str) -> str:
        collection = Collection(
            id=new_id("col"),
            organisation_id=principal.organisation_id,
            name=name,
            description="",
            owner_id=principal.subject_id,
            grants=_default_grants(principal, name),
            created_at=self._clock.now(),
        )
        await unit.collections.add(collection)
        await unit.remember(principal, collection.resource)
        await unit.record(collection_created(principal, collection))
        return collection.id

    def _version(
        self,
        document_id: str,
        number: int,
        principal: Principal,
        received: Received,
        request: UploadRequest,
        run_id: str,
    ) -> Version:
        return Version(
            document_id=document_id,
            number=number,
            folder=received.folder,
            object_key=received.key,
            sha256=received.sha256,
            size=received.size,
            media_type=media_type(request.filename, received.head),
            status=DocumentStatus.PROCESSING,
            stage=Stage.QUEUED,
            run_id=run_id,
            uploaded_by=principal.subject_id,
            uploaded_at=self._clock.now(),
        )


def _default_grants(principal: Principal, name: str) -> tuple[Grant, ...]:
    """Everyone of the organisation works in the default collection; any other is its maker's own."""
    if name != DEFAULT_COLLECTION:
        return ()
    return (Grant(f"organisation:{principal.organisation_id}", Grade.CONTRIBUTE),)
