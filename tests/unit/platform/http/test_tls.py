"""What is offered in a handshake, in memory."""

import ssl
from pathlib import Path

import pytest

from bastide.platform.http.tls import hardened, trusting_only
from tests.fakes.certificate import self_signed


@pytest.fixture
def server(tmp_path: Path) -> ssl.SSLContext:
    def default() -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self_signed(tmp_path))
        return context

    return hardened(None, default)


def handshake(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[str, str]:
    """Version and cipher."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(to_client, to_server, server_hostname="localhost")
    other = server.wrap_bio(to_server, to_client, server_side=True)
    waiting = [one, other]
    while waiting:
        for side in list(waiting):
            try:
                side.do_handshake()
                waiting.remove(side)
            except ssl.SSLWantReadError:
                continue
    version, cipher = one.version(), one.cipher()
    assert version is not None
    assert cipher is not None
    return version, cipher[0]


def client(ciphers: str | None = None, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    if version is not None:
        context.maximum_version = version
    if ciphers is not None:
        context.set_ciphers(ciphers)
    return context


def test_the_newest_is_taken(server: ssl.SSLContext) -> None:
    assert handshake(server, client())[0] == "TLSv1.3"


@pytest.mark.parametrize(
    "cipher", ["ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-CHACHA20-POLY1305"]
)
def test_tls_1_2_with_strong_ciphers(server: ssl.SSLContext, cipher: str) -> None:
    assert handshake(server, client(cipher, ssl.TLSVersion.TLSv1_2)) == ("TLSv1.2", cipher)


@pytest.mark.parametrize(
    "cipher",
    [
        "AES256-GCM-SHA384",  # no forward secrecy
        "AES128-SHA",
        "ECDHE-RSA-AES256-SHA384",  # CBC
        "ECDHE-RSA-AES128-SHA",
        "DHE-RSA-AES256-GCM-SHA384",
        "NULL-SHA256:@SECLEVEL=0",
        "ADH-AES256-GCM-SHA384:@SECLEVEL=0",
    ],
)
def test_weak_ciphers_are_refused(server: ssl.SSLContext, cipher: str) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(server, client(cipher, ssl.TLSVersion.TLSv1_2))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(server: ssl.SSLContext, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError):
        handshake(server, client("ALL:@SECLEVEL=0", version))


def test_the_command_line_trusts_the_certificate_of_the_settings_and_no_other(
    server: ssl.SSLContext, tmp_path: Path
) -> None:
    assert handshake(server, trusting_only(tmp_path / "certificate.pem"))[0] == "TLSv1.3"
    (tmp_path / "other").mkdir()
    other, _ = self_signed(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(server, trusting_only(other))
