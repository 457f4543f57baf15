"""The whole path, as a newcomer walks it: start, add documents, search, ask, replace, delete, start again."""

from pathlib import Path

import httpx
import openai
import pytest

from tests.e2e.installation import EMAIL, PASSWORD, Installation, Server

SAMPLES = Path(__file__).parents[2] / "samples"
OPEN = {
    "/health",
    "/ready",
    "/api/v1/auth/jwks",
    # A password, a passkey or the token of a link is the credential here.
    *(f"/api/v1/auth/{verb}" for verb in ("login", "second-factor", "passkey/begin", "passkey")),
    *(f"/api/v1/auth/{verb}" for verb in ("token", "token/second-factor", "token/refresh")),
    *(f"/api/v1/auth/{verb}" for verb in ("invitation", "join", "forgot", "reset")),
}
PDF = (SAMPLES / "fr" / "guide-teletravail.pdf").read_bytes()
POLICY = (SAMPLES / "en" / "information-security.md").read_bytes()


def test_from_an_upload_to_an_answer_with_a_checkable_citation(installation: Installation) -> None:
    with installation.server() as server:
        server.with_key()
        accepted = server.upload("guide.pdf", PDF, "rh", metadata='{"department": "rh", "year": 2026}')
        assert accepted["status"] == "processing"
        assert accepted["chunks_count"] == 0
        document = server.settled(accepted["document_id"])
        assert (document["status"], document["metadata"]["pages"]) == ("indexed", 2)
        assert document["metadata"]["department"] == "rh"

        found = server.search(
            "indemnité de télétravail par jour", collection="rh", filters={"year": {"gte": 2025}}
        )
        assert "2,70 euros" in found["results"][0]["content"]
        assert 0 <= found["results"][0]["score"] <= 1
        assert not server.search("indemnité", collection="rh", filters={"year": 2020})["results"]
        shown = {name: found["results"][0]["metadata"][name] for name in ("page", "language", "filename")}
        assert server.search("indemnité", filters=shown)["results"][0]["metadata"]["page"] == shown["page"]
        assert not server.search("indemnité", filters={"page": {"gt": 2}, "filename": "guide.pdf"})["results"]

        client = openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.key())
        question = "Quel est le montant de l’indemnité de télétravail par jour ?"
        answer = client.chat.completions.create(
            model="bastide-reader",
            messages=[{"role": "user", "content": question}],
            extra_body={"bastide": {"collections": ["rh"]}},
        )
        assert "2,70 euros" in (answer.choices[0].message.content or "")
        assert_checkable(server, answer.model_dump()["citations"])


def assert_checkable(server: Server, citations: list[dict[str, object]]) -> None:
    assert citations
    for citation in citations:
        path = f"/api/v1/documents/{citation['document_id']}"
        text = server.client.get(f"{path}/text", params={"version": citation["version"]}).json()["text"]
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        span = {"version": citation["version"], "start": citation["start"], "end": citation["end"]}
        pages = server.client.get(f"{path}/rectangles", params=span).json()["pages"]
        assert [page["page"] for page in pages] == [citation["page"]]
        assert pages[0]["rectangles"]
        assert citation["verified"]


def test_a_streamed_answer_carries_its_citations(running: Server) -> None:
    running.settled(running.upload("security.md", POLICY, "it")["document_id"])
    client = openai.OpenAI(base_url=f"{running.url}/v1", api_key=running.key())
    stream = client.chat.completions.create(
        model="bastide-reader",
        messages=[{"role": "user", "content": "How long are backups kept?"}],
        stream=True,
        extra_body={"bastide": {"collections": ["it"]}},
    )
    chunks = [chunk.model_dump() for chunk in stream]
    text = "".join(chunk["choices"][0]["delta"]["content"] or "" for chunk in chunks if chunk["choices"])
    assert "thirty days" in text
    last = next(chunk for chunk in reversed(chunks) if chunk.get("citations"))
    assert last["bastide"]["answered"] is True


def test_the_same_bytes_are_one_document_and_new_bytes_a_version(installation: Installation) -> None:
    with installation.server() as server:
        server.with_key()
        first = server.upload("notes.md", b"# Notes\n\nThe gate closes at nine.\n")
        server.settled(first["document_id"])
        again = server.upload("notes.md", b"# Notes\n\nThe gate closes at nine.\n")
        assert (again["document_id"], again["duplicate"]) == (first["document_id"], True)
        newer = server.upload("notes.md", b"# Notes\n\nThe gate closes at eleven.\n")
        document = server.settled(newer["document_id"])
        assert (document["document_id"], document["version"]) == (first["document_id"], 2)
        contents = [hit["content"] for hit in server.search("When does the gate close?")["results"]]
        assert any("eleven" in content for content in contents)
        assert not any("nine" in content for content in contents)


def test_deleted_and_compacted_leaves_no_trace(embedded: Installation) -> None:
    secret = "zanzibar-quartz-heliotrope"
    with embedded.server() as server:
        server.with_key()
        kept = server.upload("kept.md", b"# Kept\n\nThis one stays.\n")
        gone = server.upload(
            "gone.md", f"# Gone\n\nThe word is {secret}.\n".encode(), metadata=f'{{"note": "{secret}"}}'
        )
        for accepted in (kept, gone):
            server.settled(accepted["document_id"])
        assert server.search(secret)["results"]
        assert server.client.delete(f"/api/v1/documents/{gone['document_id']}").status_code in {200, 202, 204}
        wait_until_gone(server, gone["document_id"])
        assert all(hit["document_id"] != gone["document_id"] for hit in server.search(secret)["results"])
        embedded.run("doctor", "--compact", check=False)
        assert server.search("stays")["results"]
    holders = [
        path
        for path in embedded.home.rglob("*")
        if path.is_file() and "models" not in path.parts and secret.encode() in path.read_bytes()
    ]
    assert not holders


def wait_until_gone(server: Server, document_id: str) -> None:
    for _ in range(200):
        if server.client.get(f"/api/v1/documents/{document_id}").status_code == 404:
            return
    raise AssertionError("the document is still there")


def test_without_credentials_only_the_door_is_open(running: Server) -> None:
    paths = running.client.get("/openapi.json").json()["paths"]
    with httpx.Client(base_url=running.url) as stranger:
        for path in ("/health", "/ready"):
            assert stranger.get(path).status_code == 200
        assert_closed(stranger, paths)


def assert_closed(stranger: httpx.Client, paths: dict[str, dict[str, object]]) -> None:
    assert stranger.get("/openapi.json").status_code == 401
    for path, verbs in paths.items():
        if path in OPEN:
            continue
        for verb in verbs:
            assert stranger.request(verb, path).status_code == 401, (verb, path)
    for path in ("/v1/models", "/v1/chat/completions", "/metrics"):
        assert stranger.get(path).status_code == 401


def test_signing_in_opens_a_session(running: Server) -> None:
    with httpx.Client(base_url=running.url) as browser:
        refused = browser.post("/api/v1/auth/login", json={"email": EMAIL, "password": "wrong"})
        assert refused.status_code == 401
        opened = browser.post("/api/v1/auth/login", json={"email": EMAIL, "password": PASSWORD})
        assert opened.status_code == 200
        assert browser.get("/api/v1/me").json()["email"] == EMAIL
        forged = browser.post("/api/v1/collections", json={"name": "x"})
        assert forged.status_code in {401, 403}
        token = browser.cookies["bastide_csrf"]
        made = browser.post("/api/v1/collections", json={"name": "x"}, headers={"X-CSRF-Token": token})
        assert made.status_code == 201


def test_a_second_server_on_the_home_is_refused(running: Server) -> None:
    second = running.installation.run("up", "--port", "0", check=False)
    assert second.returncode == 1
    assert "already runs" in second.stderr
    assert running.url in second.stderr


def test_command_lines_work_with_and_without_a_server(embedded: Installation, tmp_path: Path) -> None:
    file = tmp_path / "house.md"
    file.write_text("# House rules\n\nQuiet hours start at ten in the evening.\n")
    added = embedded.run("add", str(file), "--collection", "house", "--json")
    assert '"indexed"' in added.stdout
    with embedded.server():
        found = embedded.run("search", "quiet hours", "--json")
        assert "ten in the evening" in found.stdout
    asked = embedded.run("ask", "When do quiet hours start?")
    assert "ten in the evening" in asked.stdout
    rebuilt = embedded.run("rebuild", "--json")
    assert '"passages": 1' in rebuilt.stdout


@pytest.mark.parametrize(
    ("filters", "named"), [({"year": {"near": 3}}, "near"), ({"year": {"gte": []}}, "gte")]
)
def test_a_filter_that_cannot_be_understood_is_named(
    running: Server, filters: dict[str, object], named: str
) -> None:
    answer = running.client.post("/api/v1/search", json={"query": "x", "filters": filters})
    assert answer.status_code == 422
    assert named in answer.json()["error"]["message"]
