"""Who may use a collection or a document: every way of asking agrees (the oracle: test_access_oracle.py)."""

import asyncio
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI, Request

from bastide.identity.contract import Access, Grant, Principal
from bastide.knowledge.contract import SearchQuery
from bastide.knowledge.domain.errors import CollectionNameTakenError
from bastide.knowledge.routes import knowledge_routers
from bastide.knowledge.usecases.read_documents import ListRequest
from bastide.knowledge.usecases.see import Seen
from bastide.knowledge.usecases.share import ShareDocument
from bastide.platform.http.handlers import install_error_handlers
from tests.fakes.identity import OpenSharing, Scribe
from tests.fakes.service import ADMIN, MEMBER, STRANGER, Service

EVERYONE = (Grant("organisation:org_a", Access.READ),)
NOBODY = (Grant("user:usr_nobody", Access.READ),)


def share(service: Service) -> ShareDocument:
    module = service.module
    return ShareDocument(
        module.store, module.access, service.ports.sharing, module.notices, service.ports.clock
    )


def client(service: Service, who: Principal) -> httpx.AsyncClient:
    app = FastAPI()
    install_error_handlers(app)

    def principal(_: Request) -> Principal:
        return who

    for router in knowledge_routers(service.module, principal):
        app.include_router(router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


async def found(service: Service, who: Principal, word: str) -> list[str]:
    result = await service.module.knowledge.search(who, SearchQuery(word, top_k=100))
    return [hit.document_id for hit in result.hits]


async def test_a_document_narrows_and_follows_again_for_every_way_of_asking(service: Service) -> None:
    await service.module.collections.create(ADMIN, "open", grants=EVERYONE)
    document = await service.indexed("secret words", collection="open")
    path = f"/api/v1/documents/{document.id}"
    admin, member = client(service, ADMIN), client(service, MEMBER)
    assert await found(service, MEMBER, "secret") == [document.id]
    assert (await member.get(f"{path}/access")).status_code == 403
    assert (await admin.get(f"{path}/access")).json() == {"access": [], "narrowed": False}

    body = {"access": [{"grantee": "user:usr_nobody", "access": "read"}]}
    assert (await member.put(f"{path}/access", json=body)).status_code == 403
    assert (await admin.put(f"{path}/access", json=body)).json() == {**body, "narrowed": True}
    assert await found(service, MEMBER, "secret") == []  # at once, before the index has heard of it
    for way in ("", "/text", "/content", "/versions", "/access", "/rectangles?start=0&end=3"):
        assert (await member.get(f"{path}{way}")).status_code == 404, way
    listed = (await member.get("/api/v1/documents")).json()
    assert (listed["items"], listed["total"]) == ([], 0)
    await service.settled()
    assert await found(service, MEMBER, "secret") == []
    assert await found(service, ADMIN, "secret") == [document.id]

    assert (await admin.put(f"{path}/access", json={"access": []})).json()["narrowed"] is False
    await service.settled()
    assert await found(service, MEMBER, "secret") == [document.id]
    for wrong in (
        {},
        {"access": [{"grantee": "administrators:org_a", "access": "read"}]},
        {"access": [{"grantee": "user:x", "access": "own"}]},
    ):
        assert (await admin.put(f"{path}/access", json=wrong)).status_code == 422
    assert (await client(service, STRANGER).put(f"{path}/access", json=body)).status_code == 404


async def test_what_is_attached_narrows_with_it(service: Service) -> None:
    await service.module.collections.create(ADMIN, "open", grants=EVERYONE)
    mail = await service.indexed(
        "a letter\nattach list.txt confidential words", "mail.eml", collection="open"
    )
    assert len(await found(service, MEMBER, "words")) == 1
    await share(service)(ADMIN, mail.id, NOBODY)
    assert await found(service, MEMBER, "words") == []
    await service.settled()
    assert await found(service, MEMBER, "words") == []
    assert len(await found(service, ADMIN, "words")) == 1


async def test_attachments_are_counted_for_who_may_read_them(service: Service) -> None:
    await service.module.collections.create(ADMIN, "open", grants=EVERYONE)
    mail = await service.indexed(
        "a letter\nattach a.txt one\nattach b.txt two", "mail.eml", collection="open"
    )
    attached = (await service.module.read.listing(ADMIN, ListRequest(parent_id=mail.id))).items
    await share(service)(ADMIN, attached[0].document.id, NOBODY)
    for who, count in ((ADMIN, 2), (MEMBER, 1)):
        page = (await client(service, who).get("/api/v1/documents?q=mail")).json()["items"]
        one = (await client(service, who).get(f"/api/v1/documents/{mail.id}")).json()
        assert (page[0]["children_count"], one["children_count"]) == (count, count)
        collection = (await client(service, who).get("/api/v1/collections/open")).json()
        everything = (await client(service, who).get("/api/v1/documents?collection=open")).json()
        assert collection["documents_count"] == everything["total"] == count + 1
    watching = service.module.watch(MEMBER, quiet_s=5)
    waiting = asyncio.ensure_future(anext(watching))
    await asyncio.sleep(0)
    await service.module.notices.changed(mail)
    change = await waiting
    assert isinstance(change, Seen)
    assert change.children_count == 1
    await watching.aclose()


async def test_collections_are_counted_alike_alone_and_in_the_list(service: Service) -> None:
    await service.module.collections.create(ADMIN, "open", grants=EVERYONE)
    hidden = await service.indexed("one", "one.txt", collection="open")
    await service.indexed("two", "two.txt", collection="open")
    await share(service)(ADMIN, hidden.id, NOBODY)
    for who, count in ((ADMIN, 2), (MEMBER, 1)):
        listed = (await client(service, who).get("/api/v1/collections")).json()["items"]
        alone = (await client(service, who).get("/api/v1/collections/open")).json()
        assert (listed[0]["documents_count"], alone["documents_count"]) == (count, count)


async def test_what_is_asked_of_the_index_and_made_by_uploads_is_written_down(service: Service) -> None:
    await service.indexed("one", collection="made by an upload")
    assert (await client(service, ADMIN).post("/api/v1/index/rebuild")).status_code == 202
    await service.settled()
    scribe = service.ports.audit
    assert isinstance(scribe, Scribe)
    assert scribe.actions() == ["collection.created", "index.rebuild_asked"]
    assert scribe.entries[0].personal == {"name": "made by an upload"}


async def test_changes_are_remembered_and_searches_written_down(service: Service) -> None:
    collection = await service.module.collections.create(ADMIN, "open")
    await service.module.collections.change(ADMIN, "open", grants=EVERYONE, name="wide")
    document = await service.indexed("some words", collection="wide")
    await share(service)(ADMIN, document.id, NOBODY)
    await found(service, ADMIN, "some words")
    await service.module.delete(ADMIN, document.id)
    await service.module.collections.delete(ADMIN, "wide")
    sharing, scribe = service.ports.sharing, service.ports.audit
    assert isinstance(sharing, OpenSharing)
    assert isinstance(scribe, Scribe)
    assert [(one.id, one.grants, gone) for one, gone in sharing.remembered] == [
        (collection.id, (), False),
        (collection.id, EVERYONE, False),
        (document.id, (), False),
        (document.id, NOBODY, False),
        (document.id, NOBODY, True),
        (collection.id, EVERYONE, True),
    ]
    assert scribe.actions() == [
        "collection.created",
        "collection.renamed",
        "search.answered",
        "document.deleted",
        "collection.deleted",
    ]
    search = scribe.entries[2]
    assert search.details == {"collections": [], "documents": [document.id]}
    assert search.personal == {"query": "some words"}


async def test_labels_are_shown_filtered_by_and_witnessed(service: Service) -> None:
    admin, member = client(service, ADMIN), client(service, MEMBER)
    body = {"name": "board", "access": [{"grantee": "organisation:org_a", "access": "read"}]}
    made = await admin.post("/api/v1/collections", json={**body, "labels": ["department:d1"]})
    assert made.json()["labels"] == ["department:d1"]
    document = await service.indexed("a secret number", collection="board", labels=("confidential",))
    other = await service.indexed("another number", "b.txt", collection="board")
    path = f"/api/v1/documents/{document.id}"
    assert (await member.get(path)).json()["labels"] == ["confidential"]
    for label, expected in (("confidential", {document.id}), ("department:d1", {document.id, other.id})):
        listed = (await member.get("/api/v1/documents", params={"label": label})).json()
        assert {one["document_id"] for one in listed["items"]} == expected
        assert listed["total"] == len(expected)
    for way in ("text", "content", "rectangles?start=0&end=3"):
        assert (await member.get(f"{path}/{way}")).status_code == 200
    await service.module.knowledge.verify_quote(MEMBER, document.id, 1, 2, "secret")
    await member.get(f"/api/v1/documents/{other.id}/text")
    scribe = service.ports.audit
    assert isinstance(scribe, Scribe)
    read = [one for one in scribe.entries if one.action == "confidential.read"]
    assert [one.details["what"] for one in read] == ["text", "content", "rectangles", "quote"]
    assert {(one.actor_id, one.target) for one in read} == {("usr_member", document.id)}

    result = await service.module.knowledge.search(MEMBER, SearchQuery("number"))
    assert result.confidential
    assert {hit.document_id: hit.labels for hit in result.hits} == {
        document.id: ("confidential", "department:d1"),
        other.id: ("department:d1",),
    }
    assert (await member.patch(path, json={"labels": []})).status_code == 403
    assert (await admin.patch(path, json={"labels": []})).json()["labels"] == []
    result = await service.module.knowledge.search(MEMBER, SearchQuery("number"))
    assert not result.confidential


async def test_what_is_attached_carries_the_label_with_it(service: Service) -> None:
    await service.module.collections.create(ADMIN, "open", grants=EVERYONE)
    mail = await service.indexed(
        "a letter\nattach list.txt hidden words", "mail.eml", collection="open", labels=("confidential",)
    )
    barred = replace(MEMBER, barred_labels=frozenset({"confidential"}))
    assert await found(service, barred, "words") == []
    assert len(await found(service, MEMBER, "words")) == 1
    path = f"/api/v1/documents/{mail.id}"
    await client(service, ADMIN).patch(path, json={"labels": ["department:d1"]})
    await service.settled()
    assert len(await found(service, barred, "words")) == 1


async def test_a_name_of_something_hidden_is_free(service: Service) -> None:
    """Else it could be guessed."""
    hidden = await service.module.collections.create(ADMIN, "merger")
    mine = await service.module.collections.create(MEMBER, "merger")
    assert (await service.module.collections.get(MEMBER, "merger")).id == mine.id
    assert (await service.module.collections.get(ADMIN, "merger")).id == hidden.id
    assert (await service.module.collections.get(ADMIN, mine.id)).id == mine.id
    other = await service.module.collections.create(MEMBER, "other")
    await service.module.collections.change(ADMIN, hidden.id, name="secret")
    assert (await service.module.collections.change(MEMBER, other.id, name="secret")).name == "secret"
    uploaded = await service.upload("words", collection="secret", principal=MEMBER)
    assert uploaded.document.collection.id == other.id
    with pytest.raises(CollectionNameTakenError):
        await service.module.collections.create(ADMIN, "merger")
    with pytest.raises(CollectionNameTakenError):
        await service.module.collections.change(MEMBER, other.id, name="merger")


async def test_a_file_name_of_something_hidden_is_free(service: Service) -> None:
    grants = (Grant("organisation:org_a", Access.CONTRIBUTE),)
    await service.module.collections.create(ADMIN, "open", grants=grants)
    hidden = await service.indexed("secret words", "plan.txt", collection="open", grants=NOBODY)
    mine = (await service.upload("my words", "plan.txt", collection="open", principal=MEMBER)).document
    await service.settled()
    assert (mine.id != hidden.id, mine.latest.number) == (True, 1)
    again = await service.upload("more words", "plan.txt", collection="open", principal=MEMBER)
    assert (again.document.id, again.document.latest.number) == (mine.id, 2)
    await service.settled()
    assert await found(service, MEMBER, "words") == [mine.id]
    assert set(await found(service, ADMIN, "words")) == {hidden.id, mine.id}
    renamed = (await service.upload("x", "b.txt", collection="open", principal=MEMBER)).document
    path = f"/api/v1/documents/{renamed.id}"
    taken = await client(service, MEMBER).patch(path, json={"filename": "plan.txt"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "document.name_taken")
    await service.module.delete(MEMBER, mine.id)
    assert (await client(service, MEMBER).patch(path, json={"filename": "plan.txt"})).status_code == 200


async def test_a_group_that_was_deleted_keeps_nobody_from_changing_the_rest(service: Service) -> None:
    sharing = service.ports.sharing
    assert isinstance(sharing, OpenSharing)
    grant, label = {"grantee": "group:grp_old", "access": "read"}, "department:dep_old"
    body = {"access": [grant], "labels": [label]}
    admin = client(service, ADMIN)
    collection = (await admin.post("/api/v1/collections", json={"name": "old"})).json()["id"]
    document = await service.indexed("some words", collection="old")
    of_collection, of_document = f"/api/v1/collections/{collection}", f"/api/v1/documents/{document.id}"
    assert (await admin.patch(of_collection, json=body)).status_code == 200
    assert (await admin.put(f"{of_document}/access", json={"access": [grant]})).status_code == 200
    assert (await admin.patch(of_document, json={"labels": [label]})).status_code == 200

    sharing.gone |= {"group:grp_old", label, "group:grp_older"}
    more = [grant, {"grantee": "group:grp_new", "access": "read"}]
    labels = {"labels": [label, "confidential"]}
    for path, changed in ((of_collection, {"access": more, **labels}), (of_document, labels)):
        assert (await admin.patch(path, json=changed)).status_code == 200
    assert (await admin.put(f"{of_document}/access", json={"access": more})).status_code == 200
    worse = {"access": [*more, {"grantee": "group:grp_older", "access": "read"}]}
    for refused in (
        await admin.patch(of_collection, json=worse),
        await admin.put(f"{of_document}/access", json=worse),
    ):
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "grant.unknown")
