"""TLS and headers of the running program, by a certificate of its own."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPSConnection
from urllib.parse import urlsplit

import pytest

from tests.e2e.installation import Installation, Server
from tests.fakes.certificate import self_signed

pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = self_signed(folder)
    settings = {
        "BASTIDE_EMBEDDER_URL": "none:",
        "BASTIDE_DOCUMENTS__SAMPLES": "false",
        "BASTIDE_TLS_CERTIFICATE": str(certificate),
        "BASTIDE_TLS_KEY": str(key),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        with Installation(folder / "home", settings).server() as running:
            yield running.with_token()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/api/v1/me", 200),
        ("GET", "/api/v1/nothing", 404),
        ("POST", "/api/v1/search", 422),
        ("GET", "/v1/models", 200),
        ("POST", "/v1/chat/completions", 400),
        ("GET", "/openapi.json", 200),
    ],
)
def test_every_answer_is_hardened_and_kept_by_nobody(
    server: Server, method: str, path: str, status: int
) -> None:
    answer = server.client.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == status, answer.text
    headers = answer.headers
    assert headers["strict-transport-security"].startswith("max-age=63072000")
    assert headers["content-security-policy"].startswith("default-src 'none'; frame-ancestors 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert len(headers.get_list("content-type")) == 1


def test_a_quiet_connection_is_kept_longer_than_clients_keep_it(server: Server) -> None:
    parts = urlsplit(server.url)
    with closing(HTTPSConnection(parts.netloc, context=ssl.create_default_context())) as connection:
        connection.request("GET", "/health")
        assert connection.getresponse().read()
        kept = connection.sock
        time.sleep(6)
        connection.request("GET", "/health")
        assert connection.getresponse().status == 200
        assert connection.sock is kept


def test_refusals_at_the_door_are_hardened_too(server: Server) -> None:
    answer = server.client.get("/api/v1/me", headers={"Authorization": "Bearer nothing"})
    assert answer.status_code == 401
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_page_has_a_policy_of_its_own(server: Server) -> None:
    headers = server.client.get("/login").headers
    assert len(headers.get_list("content-security-policy")) == 1
    assert "unsafe-inline" not in headers["content-security-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_a_body_has_a_limit(server: Server) -> None:
    answer = server.client.post("/api/v1/search", content=b" " * 3_000_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def connect(server: Server, version: ssl.TLSVersion, ciphers: str | None = None) -> str | None:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.maximum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    address = urlsplit(server.url)
    with (
        socket.create_connection((address.hostname, address.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=address.hostname) as secured,
    ):
        return secured.version()


def test_tls_1_3_and_1_2_and_no_weak_cipher(server: Server) -> None:
    assert connect(server, ssl.TLSVersion.TLSv1_3) == "TLSv1.3"
    assert connect(server, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    for weak in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA256"):
        with pytest.raises((ssl.SSLError, ConnectionError)):
            connect(server, ssl.TLSVersion.TLSv1_2, weak)


def test_the_command_line_knows_the_certificate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    assert server.key().startswith("sk-bastide-")
