"""Cancel, retry, change, delete, collections: what users do to documents, and what is left afterwards."""

import asyncio
from dataclasses import replace

import pytest

from bastide.identity.contract import Access, Grant
from bastide.kit.errors import DeniedError
from bastide.knowledge.contract import CollectionNotFoundError, DocumentStatus
from bastide.knowledge.domain.errors import (
    CollectionNameTakenError,
    DocumentNameTakenError,
    DocumentNotFoundError,
    DocumentNotProcessingError,
    DocumentNotStoppedError,
    ScannerUnavailableError,
)
from bastide.knowledge.usecases.change_document import ChangeDocument
from bastide.knowledge.usecases.compact import ErasurePendingError
from bastide.knowledge.usecases.control import Control
from bastide.knowledge.usecases.read_documents import ListRequest
from tests.fakes.service import ADMIN, MEMBER, STRANGER, Service
from tests.fakes.workflows import Killed


def control(service: Service) -> Control:
    module = service.module
    ports = service.ports
    return Control(
        module._store, module._access, module._notices, module._passwords, ports.observer, ports.clock
    )


def change(service: Service) -> ChangeDocument:
    module = service.module
    ports = service.ports
    return ChangeDocument(module._store, module._access, ports.sharing, module._notices, ports.clock)


async def until_parsing(service: Service, times: int = 1) -> None:
    while len(service.parser.parsed) < times:
        await asyncio.sleep(0.01)


async def test_cancelled_while_it_is_parsed(service: Service) -> None:
    service.parser.gate.clear()
    document = (await service.upload("Never read.")).document
    await until_parsing(service)
    cancelled = await control(service).cancel(ADMIN, document.id)
    assert cancelled.latest.status is DocumentStatus.CANCELLED
    await service.settled()
    assert service.parser.cancelled == 1
    with pytest.raises(DocumentNotProcessingError):
        await control(service).cancel(ADMIN, document.id)
    service.parser.gate.set()
    await control(service).retry(ADMIN, document.id, None)
    await service.settled()
    assert (await service.document(document.id)).latest.status is DocumentStatus.INDEXED
    with pytest.raises(DocumentNotStoppedError):
        await control(service).retry(ADMIN, document.id, None)


async def test_progress_is_told_while_it_is_read(service: Service) -> None:
    service.parser.gate.clear()
    document = (await service.upload("Slowly read.")).document
    await until_parsing(service)
    await asyncio.sleep(0.5)
    seen = await service.module._read.get(ADMIN, document.id)
    assert seen.progress
    assert (seen.progress.stage, seen.progress.percent) == ("parsing", 10)
    service.parser.gate.set()
    await service.settled()
    assert (await service.module._read.get(ADMIN, document.id)).progress is None


async def test_deleted_it_is_gone_at_once_and_soon_from_everywhere(service: Service) -> None:
    kept = await service.indexed("This one stays.", "kept.txt")
    first = await service.indexed("The word is zanzibar.", "gone.txt", metadata={"note": "zanzibar"})
    gone = await service.indexed("The word is zanzibar, again.", "gone.txt")
    assert gone.id == first.id
    runs = [version.run_id for version in (await service.module._read.versions(ADMIN, gone.id))[1]]
    service.workflows.before_step = _kill_once(service, "remove")
    await service.module._delete(ADMIN, gone.id)
    with pytest.raises(DocumentNotFoundError):
        await service.document(gone.id)
    await service.settled()
    assert len(service.files()) > 2  # killed before it had removed anything
    service.workflows.resume()
    await service.settled()
    assert service.texts() == ["This one stays."]
    assert not any(run in service.workflows.flows for run in runs)
    assert not [path for path in service.files() if b"zanzibar" in path.read_bytes()]
    async with service.ports.database.reading() as connection:
        for table in ("chunks", "vector_blocks", "document_versions", "documents"):
            ids = "id" if table == "documents" else "document_id"
            rows = await connection.exec_driver_sql(f"SELECT DISTINCT {ids} FROM {table}")
            assert rows.scalars().all() == [kept.id]
        assert (await connection.exec_driver_sql("SELECT count(*) FROM erasures")).scalar_one() == 0


def _kill_once(service: Service, step: str):  # noqa: ANN202
    def kill(name: str) -> None:
        if name == step:
            service.workflows.before_step = lambda _: None
            raise Killed

    return kill


async def test_deleted_while_it_is_parsed(service: Service) -> None:
    service.parser.gate.clear()
    document = (await service.upload("Never read.")).document
    await until_parsing(service)
    await service.module._delete(ADMIN, document.id)
    await service.settled()
    assert service.parser.cancelled == 1
    assert not service.files()


async def test_the_same_name_is_free_as_soon_as_it_is_deleted(service: Service) -> None:
    first = await service.indexed("One.")
    await service.module._delete(ADMIN, first.id)
    second = await service.indexed("One.")
    assert second.id != first.id
    assert (second.latest.status, service.texts()) == (DocumentStatus.INDEXED, ["One."])


async def test_metadata_is_merged_and_reaches_the_index(service: Service) -> None:
    document = await service.indexed("Some text.", metadata={"year": 2025, "draft": True})
    changed = await change(service)(ADMIN, document.id, metadata={"year": 2026, "draft": None})
    assert changed.metadata == {"year": 2026}
    await service.settled()
    (points,) = service.index.points.values()
    assert {point.metadata["year"] for point in points.values()} == {2026}
    assert all("draft" not in point.metadata for point in points.values())


async def test_metadata_that_changes_while_it_is_indexed_is_not_lost(service: Service) -> None:
    async def patch(document_id: str) -> None:
        await change(service)(ADMIN, document_id, metadata={"year": 2026})

    tasks: list[asyncio.Task[None]] = []

    def meddle(name: str) -> None:
        if name == "vectors":
            service.workflows.after_step = lambda _: None
            tasks.append(asyncio.ensure_future(patch(document.id)))

    service.workflows.after_step = meddle
    document = (await service.upload("Some text.")).document
    await service.settled()
    await asyncio.gather(*tasks)
    await service.settled()
    (points,) = service.index.points.values()
    assert [point.metadata.get("year") for point in points.values()] == [2026]


async def test_a_name_may_be_changed_but_not_taken(service: Service) -> None:
    await service.indexed("One.", "a.txt")
    document = await service.indexed("Two.", "b.txt")
    assert (await change(service)(ADMIN, document.id, filename="dir/c.txt")).filename == "c.txt"
    with pytest.raises(DocumentNameTakenError):
        await change(service)(ADMIN, document.id, filename="a.txt")


async def test_attachments_are_documents_below_the_e_mail(service: Service) -> None:
    parent = await service.indexed(
        "See below.\nattach a.txt Inside one.\nattach a.txt Inside two.", "mail.eml", metadata={"case": 7}
    )
    seen = await service.module._read.get(ADMIN, parent.id)
    assert seen.children_count == 2
    page = await service.module._read.listing(ADMIN, ListRequest(parent_id=parent.id, sort="filename"))
    names = {seen.document.filename: seen.document for seen in page.items}
    assert set(names) == {"a.txt", "a (2).txt"}
    assert all(one.metadata == {"case": 7} for one in names.values())
    assert service.texts() == ["Inside one.", "Inside two.", "See below."]
    newer = await service.indexed("See below!\nattach a.txt Inside one.", "mail.eml")
    assert (await service.module._read.get(ADMIN, newer.id)).children_count == 1
    await service.module._delete(ADMIN, parent.id)
    await service.settled()
    assert not service.texts()
    assert not service.files()


async def test_what_one_may_not_read_is_not_there(service: Service) -> None:
    hidden = await service.indexed("Private.", "p.txt", collection="private")
    shared = await service.indexed("Shared.", "s.txt")
    read = service.module._read
    assert (await read.get(MEMBER, shared.id)).document.id == shared.id
    for principal in (MEMBER, STRANGER):
        with pytest.raises(DocumentNotFoundError):
            await read.get(principal, hidden.id)
        with pytest.raises(DocumentNotFoundError):
            await service.module._delete(principal, hidden.id)
        with pytest.raises(CollectionNotFoundError):
            await read.listing(principal, ListRequest(collection="private"))
    with pytest.raises(DeniedError):
        await service.module._delete(MEMBER, shared.id)
    listed = await read.listing(MEMBER, ListRequest())
    assert ([seen.document.id for seen in listed.items], listed.total) == ([shared.id], 1)
    assert (await read.listing(STRANGER, ListRequest())).total == 0
    assert [one.name for one in await service.module._collections.listing(MEMBER)] == ["documents"]


async def test_a_key_restricted_to_a_collection_sees_no_other(service: Service) -> None:
    inside = await service.indexed("In.", "in.txt", collection="one")
    outside = await service.indexed("Out.", "out.txt", collection="two")
    key = replace(ADMIN, allowed_collections=frozenset({inside.collection.id}))
    listed = await service.module._read.listing(key, ListRequest())
    assert [seen.document.id for seen in listed.items] == [inside.id]
    with pytest.raises(DocumentNotFoundError):
        await service.document(outside.id, key)
    for collection in ("two", "three"):
        with pytest.raises(CollectionNotFoundError):
            await service.upload("More.", "more.txt", principal=key, collection=collection)
    assert {one.name for one in await service.module._collections.listing(ADMIN)} == {"one", "two"}


async def test_listing_pages_sorts_and_searches_names(service: Service) -> None:
    for name in ("Été.txt", "ete-2.txt", "hiver.txt", "zoo.txt"):
        await service.indexed(f"Text of {name}.", name)
    read = service.module._read
    asked = ListRequest(sort="filename", descending=False, limit=3)
    first = await read.listing(ADMIN, asked)
    second = await read.listing(ADMIN, replace(asked, cursor=first.next_cursor))
    names = [seen.document.filename for seen in (*first.items, *second.items)]
    assert names == ["ete-2.txt", "Été.txt", "hiver.txt", "zoo.txt"]
    assert (first.total, second.next_cursor) == (4, None)
    found = await read.listing(ADMIN, ListRequest(name="ETE"))
    assert {seen.document.filename for seen in found.items} == {"Été.txt", "ete-2.txt"}
    newest = await read.listing(ADMIN, ListRequest(limit=1))
    assert newest.items[0].document.filename == "zoo.txt"
    older = await read.listing(ADMIN, ListRequest(limit=1, cursor=newest.next_cursor))
    assert older.items[0].document.filename == "hiver.txt"
    assert (await read.listing(ADMIN, ListRequest(status=DocumentStatus.FAILED))).total == 0


async def test_a_deleted_collection_takes_its_documents_along(service: Service) -> None:
    collections = service.module._collections
    for number in range(25):
        await service.upload(f"Text {number}.", f"{number}.txt", collection="c")
    await service.settled()
    kept = await service.indexed("This one stays.")
    await collections.delete(ADMIN, "c")
    with pytest.raises(CollectionNotFoundError):
        await collections.get(ADMIN, "c")
    assert (await service.module._read.listing(ADMIN, ListRequest())).total == 1
    again = await collections.create(ADMIN, "c")
    await service.settled()
    assert service.texts() == ["This one stays."]
    assert len(service.files()) == 2
    assert {one.id for one in await collections.listing(ADMIN)} == {kept.collection.id, again.id}


async def test_collections_have_one_name_each_and_grants(service: Service) -> None:
    collections = service.module._collections
    made = await collections.create(ADMIN, "hr", grants=(Grant("user:usr_member", Access.READ),))
    with pytest.raises(CollectionNameTakenError):
        await collections.create(ADMIN, " hr ")
    assert (await collections.get(MEMBER, "hr")).id == made.id
    with pytest.raises(DeniedError):
        await collections.change(MEMBER, "hr", name="mine")
    await collections.change(ADMIN, made.id, name="people", grants=())
    with pytest.raises(CollectionNotFoundError):
        await collections.get(MEMBER, made.id)


async def test_a_failed_erasure_is_begun_again_while_somebody_waits_for_it(
    service: Service,
) -> None:
    def broken(name: str) -> None:
        if name in {"remove", "empty 1"}:
            raise ScannerUnavailableError("Anything that does not answer.")

    personal = replace(service.module.personal, patience_s=0.3)
    document = await service.indexed("Some text.", collection="one")
    await service.indexed("More text.", collection="two")
    service.workflows.before_step = broken
    await service.module._delete(ADMIN, document.id)
    await service.module._collections.delete(ADMIN, "two")
    await service.settled()
    service.workflows.before_step = lambda _: None
    with pytest.raises(ErasurePendingError):
        await personal.settled()
    await service.settled()
    await personal.settled()
    assert not service.files()
