"""All that is held on a person comes out once, and is gone after an erasure: to the byte, with a receipt."""

import hashlib
import io
import json
import time
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.installation import Installation, Server

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(600)]
BOB = "robert.quillfeather@example.net"
NAME = "Robert Quillfeather"
PASSWORD = "a password that nobody guesses"
TEXT = "The zirconium teapot belongs to the lighthouse keeper of Ouessant."
SHARED = "Everybody may know of the basalt umbrella."


def joined(server: Server, admin: httpx.Client) -> httpx.Client:
    """Somebody new, with a session, who logs in once more, and fails once."""
    invitation = admin.post("/api/v1/invitations", json={"email": BOB, "role": "member"}).json()
    token = invitation["link"]["path"].partition("#")[2]
    bob = httpx.Client(base_url=server.url, timeout=60, headers={"User-Agent": "Quillfeather-Browser/1"})
    bob.post(
        "/api/v1/auth/join", json={"token": token, "password": PASSWORD, "name": NAME}
    ).raise_for_status()
    bob.post("/api/v1/auth/login", json={"email": BOB, "password": "wrong"})
    bob.post("/api/v1/auth/login", json={"email": BOB, "password": PASSWORD}).raise_for_status()
    bob.headers["X-CSRF-Token"] = bob.cookies["bastide_csrf"]
    return bob


def upload(client: httpx.Client, name: str, text: str, collection: str) -> str:
    file = {"file": (name, text.encode())}
    answer = client.post("/api/v1/documents", data={"collection": collection}, files=file)
    answer.raise_for_status()
    document_id = str(answer.json()["document_id"])
    for _ in range(600):
        if client.get(f"/api/v1/documents/{document_id}").json()["status"] == "indexed":
            return document_id
        time.sleep(0.1)
    raise AssertionError("not indexed")


def done(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    for _ in range(900):
        job = client.get(f"/api/v1/personal-data/{job['id']}").json()
        if job["state"] != "queued":
            return job
        time.sleep(0.1)
    raise AssertionError(job)


def traces(home: Path, *words: str) -> dict[str, list[str]]:
    """Files that have a word in UTF-8 or UTF-16, whatever its case; models aside."""
    found: dict[str, list[str]] = {}
    for path in home.rglob("*"):
        if not path.is_file() or path.is_relative_to(home / "models"):
            continue
        content = path.read_bytes().lower()
        for word in words:
            if any(word.lower().encode(how) in content for how in ("utf-8", "utf-16-le")):
                found.setdefault(word, []).append(str(path.relative_to(home)))
    return found


def test_export_once_erase_and_no_trace(embedded: Installation) -> None:
    with embedded.server() as server, closing(joined(server, server.with_token().client)) as bob:
        admin = server.client
        bob_id = bob.get("/api/v1/me").json()["id"]
        upload(bob, "teapot.txt", TEXT, "quillfeathers-own")
        shared = upload(bob, "umbrella.txt", SHARED, "documents")
        bob.post("/api/v1/search", json={"query": "who owns the zirconium teapot"}).raise_for_status()
        bob.post("/api/v1/keys", json={"name": "quillfeather laptop"}).raise_for_status()

        export = done(bob, bob.post(f"/api/v1/people/{bob_id}/export").json())
        assert export["state"] == "done"
        archive = bob.get(f"/api/v1/personal-data/{export['id']}/archive")
        held = zipfile.ZipFile(io.BytesIO(archive.content))
        manifest = json.loads(held.read("manifest.json"))
        assert {one["path"] for one in manifest["files"]} == set(held.namelist()) - {"manifest.json"}
        for one in manifest["files"]:
            content = held.read(one["path"])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (one["bytes"], one["sha256"])
        contents = [held.read(name) for name in held.namelist()]
        assert any(TEXT.encode() == content for content in contents)
        assert json.loads(held.read("account/account.json"))["user"]["email"] == BOB
        again = bob.get(f"/api/v1/personal-data/{export['id']}/archive")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "personal_data.archive")

        assert bob.post(f"/api/v1/people/{bob_id}/erasure", json={}).status_code == 403
        asked = admin.post(f"/api/v1/people/{bob_id}/erasure", json={"documents": "private"})
        assert asked.status_code == 202, asked.text
        assert bob.get("/api/v1/me").status_code == 401
        erasure = done(admin, asked.json())
        assert erasure["state"] == "done", erasure
        statement = erasure["receipt"]["statement"]
        assert statement["removed"]["documents"] == {"collections": 1, "documents": 1}
        assert {"audit", "usage", "backups", "documents", "account"} <= set(statement["kept"])
        assert admin.get(f"/api/v1/people/{bob_id}").status_code == 404
        assert admin.get(f"/api/v1/documents/{shared}").status_code == 200
        verdict = admin.post("/api/v1/audit/verify").json()
        assert verdict["valid"], verdict
        admin.post("/api/v1/index/compact").raise_for_status()
    assert traces(embedded.home, BOB, "quillfeather", "zirconium", "teapot") == {}

    file = embedded.home.parent / "receipt.json"
    file.write_text(json.dumps(erasure))
    keys = json.loads(embedded.run("keyring", "status", "--json").stdout)["signers"]
    trusted = [f"--key={name}={key}" for name, key in keys.items()]
    verified = embedded.run("receipt", "verify", str(file), *trusted)
    assert bob_id in verified.stdout.replace("\n", "")
    file.write_text(json.dumps(erasure).replace('"documents": 1', '"documents": 2'))
    assert embedded.run("receipt", "verify", str(file), check=False).returncode == 1


def test_a_document_is_erased_with_a_receipt(embedded: Installation) -> None:
    with embedded.server() as server:
        admin = server.with_token().client
        document = upload(admin, "teapot.txt", TEXT, "documents")
        job = admin.post(f"/api/v1/documents/{document}/erasure").json()
        assert admin.get(f"/api/v1/documents/{document}").status_code == 404
        receipt = done(admin, job)["receipt"]
        assert receipt["statement"]["subject"] == document
        admin.post("/api/v1/index/compact").raise_for_status()
    assert traces(embedded.home, "zirconium", "teapot") == {}
