"""A server that speaks OpenAI's chat protocol and says what it was asked."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "parrot"


class _Parrot(BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the handler's name
        self._send("application/json", json.dumps({"data": [{"id": MODEL, "object": "model"}]}).encode())

    def do_POST(self) -> None:  # the handler's name
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        words = f"**You said:** {body['messages'][-1]['content']}".split(" ")
        temperature = body.get("temperature")
        chunks: list[dict[str, Any]] = [_chunk({"content": f"{word} "}) for word in words]
        chunks.append(_chunk({"content": f"({len(body['messages'])} messages, temperature {temperature})"}))
        chunks.append({"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 8}})
        lines = [f"data: {json.dumps(chunk)}\n\n" for chunk in chunks]
        self._send("text/event-stream", "".join([*lines, "data: [DONE]\n\n"]).encode())

    def _send(self, media_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _chunk(delta: dict[str, str]) -> dict[str, Any]:
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 0,
        "model": MODEL,
        "choices": [{"index": 0, "delta": delta, "finish_reason": None}],
    }


@contextmanager
def model_server() -> Iterator[str]:
    """Its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Parrot)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
