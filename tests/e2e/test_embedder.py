"""Another embedder: the index is made again in the background, and the old one serves meanwhile."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.installation import Installation, Server
from tests.fakes.embeddings import embeddings, write_model

pytestmark = pytest.mark.heavy
PATIENCE_S = 60
TEXTS = {f"animal-{number}.txt": f"Zanzibar has {number} zebras." for number in range(5)}


@dataclass
class Embeddings:
    """A server whose passages wait until `open` is set; those of the examination do not."""

    url: str = ""
    open: threading.Event = field(default_factory=threading.Event)
    inputs: list[str] = field(default_factory=list[str])


@contextmanager
def embeddings_server() -> Iterator[Embeddings]:
    state = Embeddings()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            texts = json.loads(self.rfile.read(int(self.headers["content-length"])))["input"]
            state.inputs.extend(texts)
            if any("Zanzibar" in text for text in texts):
                state.open.wait(PATIENCE_S)
            body = json.dumps(embeddings(texts)).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # of the library
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    state.url = f"openai+http://127.0.0.1:{server.server_port}/v1?model=words"
    try:
        yield state
    finally:
        state.open.set()
        server.shutdown()
        thread.join()
        server.server_close()


def index_state(server: Server) -> str:
    return server.client.get("/api/v1/index").json()["state"]


def wait_until(server: Server, state: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while index_state(server) != state and time.monotonic() < deadline:
        time.sleep(0.1)
    assert index_state(server) == state


def found(server: Server) -> set[str]:
    return {hit["metadata"]["filename"] for hit in server.search("zebras of Zanzibar")["results"]}


def test_from_the_built_in_one_to_a_server_and_to_a_folder(installation: Installation) -> None:
    with installation.server() as server:
        server.with_token()
        for name, text in TEXTS.items():
            assert server.settled(server.upload(name, text.encode())["document_id"])["status"] == "indexed"
        assert found(server) == set(TEXTS)
    with embeddings_server() as remote:
        served = replace(
            installation, environment={**installation.environment, "BASTIDE_EMBEDDER_URL": remote.url}
        )
        with served.server() as server:
            server.with_token()
            wait_until(server, "rebuilding")
            assert found(server) == set(TEXTS)
            mistyped = {"query": "zebras", "filters": {"year": {"above": 3}}}
            assert server.client.post("/api/v1/search", json=mistyped).status_code == 422
            late = server.upload("late.txt", b"Zanzibar has a late zebra.")
            remote.open.set()
            assert server.settled(late["document_id"])["status"] == "indexed"
            wait_until(server, "ready")
            assert found(server) == {*TEXTS, "late.txt"}
            doctor = {one["name"]: one for one in server.client.get("/api/v1/doctor").json()["checks"]}
            assert doctor["embedder"]["state"] == "ok"
            assert "words, 32 dimensions" in doctor["embedder"]["message"]
        asked = len(remote.inputs)
    with served.server() as server:  # the server is away: words alone, and nothing is lost
        server.with_token()
        assert found(server) == {*TEXTS, "late.txt"}
        assert index_state(server) == "ready"
        doctor = {one["name"]: one for one in server.client.get("/api/v1/doctor").json()["checks"]}
        assert (doctor["embedder"]["state"], doctor["embedder"]["code"]) == ("failed", "embedder.unavailable")
        assert len(remote.inputs) == asked
    folder = write_model(installation.home.parent / "model", vocabulary=["zebras", "Zanzibar", "late", "has"])
    local = replace(
        installation, environment={**installation.environment, "BASTIDE_EMBEDDER_URL": f"onnx:{folder}"}
    )
    with local.server() as server:
        server.with_token()
        time.sleep(1)
        wait_until(server, "ready")
        assert found(server) == {*TEXTS, "late.txt"}


def test_an_unknown_embedder_that_does_not_answer_is_said_at_the_start(embedded: Installation) -> None:
    url = "openai+http://127.0.0.1:9/v1?model=words"
    served = replace(embedded, environment={**embedded.environment, "BASTIDE_EMBEDDER_URL": url})
    ended = served.run("up", "--port", "0", check=False)
    assert ended.returncode != 0
    assert "http://127.0.0.1:9/v1/embeddings" in ended.stdout + ended.stderr
