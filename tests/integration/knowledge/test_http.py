"""The routes of the documents service, as clients call them."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request

from bastide.identity.contract import Principal
from bastide.knowledge.routes import knowledge_routers
from bastide.platform.http.handlers import install_error_handlers
from tests.fakes.service import ADMIN, MEMBER, Service

PDF = b"%PDF-1.7\nThe gate closes at nine."


@pytest.fixture
def app(service: Service) -> FastAPI:
    app = FastAPI()
    install_error_handlers(app)
    app.state.principal = ADMIN

    def principal(request: Request) -> Principal:
        return request.app.state.principal

    for router in knowledge_routers(service.module, principal):
        app.include_router(router)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def upload(client: httpx.AsyncClient, data: bytes = b"Some text.", name: str = "a.txt", **fields: str):  # noqa: ANN201
    return await client.post("/api/v1/documents", files={"file": (name, data)}, data=fields)


async def test_an_upload_is_accepted_then_indexed(service: Service, client: httpx.AsyncClient) -> None:
    answer = await upload(client, name="Été.txt", collection="hr", metadata='{"year": 2026, "tags": ["a"]}')
    assert answer.status_code == 202
    accepted = answer.json()
    assert accepted["status"] == "processing"
    assert (accepted["stage"], accepted["progress"], accepted["chunks_count"]) == ("queued", 0, 0)
    assert (accepted["duplicate"], accepted["collection"], accepted["filename"]) == (False, "hr", "Été.txt")
    await service.settled()
    document = (await client.get(f"/api/v1/documents/{accepted['document_id']}")).json()
    assert (document["status"], document["stage"], document["progress"]) == ("indexed", None, 100)
    assert document["metadata"] == {
        "year": 2026,
        "tags": ["a"],
        "title": "A title",
        "author": "Ann",
        "pages": 1,
        "file_size": 10,
    }
    assert (await upload(client, collection="hr")).json()["duplicate"] is True
    versions = (await client.get(f"/api/v1/documents/{accepted['document_id']}/versions")).json()
    assert [(one["version"], one["current"]) for one in versions["items"]] == [(1, True)]


async def test_fields_may_come_after_the_file(client: httpx.AsyncClient) -> None:
    parts = [
        ("file", ("a.txt", b"Some text.")),
        ("collection", (None, b"late")),
        ("metadata", (None, b'{"n": 1}')),
    ]
    answer = await client.post("/api/v1/documents", files=parts)
    assert (answer.status_code, answer.json()["collection"]) == (202, "late")
    assert answer.json()["metadata"]["n"] == 1


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"metadata": "[1]"}, 422, "document.metadata"),
        ({"metadata": "{"}, 422, "document.metadata"),
        ({"metadata": json.dumps({"a": "x" * 70_000})}, 422, "document.metadata"),
        ({"colour": "red"}, 422, "document.upload"),
        ({"collection": "a/b"}, 422, "collection.name"),
    ],
)
async def test_what_cannot_be_understood_leaves_nothing(
    service: Service, client: httpx.AsyncClient, fields: dict[str, str], status: int, code: str
) -> None:
    answer = await upload(client, **fields)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not service.files()


async def test_bytes_that_are_refused(service: Service, client: httpx.AsyncClient) -> None:
    for data, status, code in ((b"x" * 200_000, 413, "document.too_large"), (b"", 422, "document.empty")):
        answer = await upload(client, data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    for content in (
        b"no form",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
    ):
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answer = await client.post("/api/v1/documents", content=content, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "document.upload")
    answer = await client.post("/api/v1/documents", json={})
    assert answer.json()["error"]["code"] == "document.upload"
    assert not service.files()


async def test_text_and_rectangles(service: Service, client: httpx.AsyncClient) -> None:
    document_id = (await upload(client, PDF, "a.pdf")).json()["document_id"]
    early = await client.get(f"/api/v1/documents/{document_id}/text")
    assert (early.status_code, early.json()["error"]["code"]) == (404, "document.text_not_ready")
    await service.settled()
    text = (await client.get(f"/api/v1/documents/{document_id}/text")).json()
    assert (text["version"], text["text"].encode()) == (1, PDF)
    assert text["pages"] == [{"number": 1, "start": 0, "end": len(PDF), "ocr": False}]
    path = f"/api/v1/documents/{document_id}/rectangles"
    (page,) = (await client.get(path, params={"start": 9, "end": 20})).json()["pages"]
    assert (page["page"], page["rectangles"]) == (1, [{"x0": 1, "y0": 2, "x1": 3, "y1": 4}])
    for start, end in ((9, 9), (0, 1000)):
        answer = await client.get(path, params={"start": start, "end": end})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "document.span")
    answer = await client.get(f"/api/v1/documents/{document_id}/text", params={"version": 7})
    assert answer.json()["error"]["code"] == "document.version_not_found"


async def test_content_is_safe_to_show_and_can_be_read_in_parts(client: httpx.AsyncClient) -> None:
    document_id = (await upload(client, PDF, "Été.pdf")).json()["document_id"]
    path = f"/api/v1/documents/{document_id}/content"
    whole = await client.get(path)
    assert (whole.status_code, whole.content) == (200, PDF)
    assert whole.headers["content-type"] == "application/pdf"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert whole.headers["content-security-policy"].startswith("sandbox;")
    assert whole.headers["content-disposition"] == "inline; filename*=UTF-8''%C3%89t%C3%A9.pdf"
    for asked, status, content in (
        ("bytes=0-3", 206, PDF[:4]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-5", 206, PDF[-5:]),
        ("bytes=0-999", 200, PDF),
        ("lines=1-2", 200, PDF),
        ("bytes=900-", 416, b""),
    ):
        part = await client.get(path, headers={"range": asked})
        assert (part.status_code, part.content) == (status, content)
        if status == 206:
            start = PDF.index(content)
            assert part.headers["content-range"] == f"bytes {start}-{start + len(content) - 1}/{len(PDF)}"


async def test_what_a_browser_would_run_is_downloaded(client: httpx.AsyncClient) -> None:
    for name, data in (("a.html", b"<script>"), ("a.svg", b"<svg>"), ("fake.pdf", b"<script>")):
        document_id = (await upload(client, data, name)).json()["document_id"]
        answer = await client.get(f"/api/v1/documents/{document_id}/content")
        assert answer.headers["content-disposition"].startswith("attachment")


async def test_collections_by_name_and_by_id(service: Service, client: httpx.AsyncClient) -> None:
    made = await client.post("/api/v1/collections", json={"name": "Ressources humaines", "description": "x"})
    assert made.status_code == 201
    by_name = await client.get("/api/v1/collections/Ressources humaines")
    assert by_name.json() == (await client.get(f"/api/v1/collections/{made.json()['id']}")).json()
    grants = [{"grantee": "user:usr_member", "access": "contribute"}]
    changed = await client.patch("/api/v1/collections/Ressources humaines", json={"access": grants})
    assert changed.json()["access"] == grants
    await upload(client, collection="Ressources humaines")
    (listed,) = (await client.get("/api/v1/collections")).json()["items"]
    assert listed["documents_count"] == 1
    assert (await client.delete(f"/api/v1/collections/{listed['id']}")).status_code == 202
    await service.settled()
    assert (await client.get("/api/v1/collections")).json()["items"] == []


async def test_deleted_is_not_found(client: httpx.AsyncClient) -> None:
    document_id = (await upload(client)).json()["document_id"]
    assert (await client.delete(f"/api/v1/documents/{document_id}")).status_code == 204
    for answer in (
        await client.get(f"/api/v1/documents/{document_id}"),
        await client.delete(f"/api/v1/documents/{document_id}"),
        await client.get("/api/v1/documents/events2"),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "document.not_found")


async def test_the_index_is_told_and_rebuilt(
    service: Service, app: FastAPI, client: httpx.AsyncClient
) -> None:
    empty = {"state": "empty", "rebuilt": 0, "to_rebuild": 0, "passages": 0}
    assert (await client.get("/api/v1/index")).json() == empty
    await upload(client)
    await service.settled()
    assert (await client.get("/api/v1/index")).json()["state"] == "ready"
    asked = await client.post("/api/v1/index/rebuild")
    assert (asked.status_code, asked.json()["state"]) == (202, "rebuilding")
    await service.settled()
    ready = {"state": "ready", "rebuilt": 1, "to_rebuild": 1, "passages": 1}
    assert (await client.get("/api/v1/index")).json() == ready
    untold = {"state": "ready", "rebuilt": None, "to_rebuild": None, "passages": None}
    app.state.principal = MEMBER
    assert (await client.get("/api/v1/index")).json() == untold


async def test_changes_are_told_to_those_who_may_read(service: Service, app: FastAPI) -> None:
    told: dict[str, list[tuple[str, str, str]]] = {"admin": [], "member": []}

    async def listen(name: str, principal: Principal) -> None:
        async for change in service.module.watch(principal, quiet_s=0.1):
            if change is None:
                continue
            kind = type(change).__name__
            if kind == "Gone":
                told[name].append(("gone", change.document_id, ""))
            else:
                told[name].append(("seen", change.document.id, change.document.latest.status))

    listeners = [
        asyncio.create_task(listen("admin", ADMIN)),
        asyncio.create_task(listen("member", MEMBER)),
    ]
    await asyncio.sleep(0.05)
    private = (await service.upload("Private.", "p.txt", collection="private")).document
    await service.settled()
    await asyncio.sleep(0.3)
    await service.module.delete(ADMIN, private.id)
    shared = await service.indexed("Shared.", "s.txt")
    await asyncio.sleep(0.3)
    for listener in listeners:
        listener.cancel()
    await asyncio.gather(*listeners, return_exceptions=True)
    assert ("seen", shared.id, "indexed") in told["admin"]
    assert ("seen", private.id, "indexed") in told["admin"]
    assert ("gone", private.id, "") in told["admin"]
    assert {document_id for _, document_id, _ in told["member"]} == {shared.id}
