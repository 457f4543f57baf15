"""TLS as it is offered to clients: 1.3, and 1.2 with forward secrecy and authenticated ciphers only."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Final

_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"


def hardened(_: object, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """For uvicorn's `ssl_context_factory`: `default` has read certificate and key."""
    context = default()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION | ssl.OP_CIPHER_SERVER_PREFERENCE
    return context


def trusting_only(certificate: Path) -> ssl.SSLContext:
    """For a client on the same machine: the server is the one that shows this very certificate.

    By whatever name it is reached: the certificate names the public address, not this machine's.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(certificate)
    return context
