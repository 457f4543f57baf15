"""Tells from what was raised why a provider did not list its models."""

import errno
import socket
import ssl

from bastide.gateway.domain.complaints import CREDENTIALS
from bastide.gateway.domain.errors import UpstreamFailedError, UpstreamUnreachableError
from bastide.gateway.domain.trouble import Trouble, Why


def trouble_of(error: Exception) -> Trouble:
    """What an attempt to list its models came to."""
    if isinstance(error, UpstreamFailedError):
        status = error.details["status"]
        return Trouble(Why.CREDENTIALS if status in CREDENTIALS else Why.STATUS, status)
    if isinstance(error, TimeoutError):
        return Trouble(Why.TIMEOUT)
    if isinstance(error, UpstreamUnreachableError):
        return Trouble(_unconnected(error.__cause__))
    return Trouble(Why.BROKEN)


def _unconnected(cause: BaseException | None) -> Why:
    if isinstance(cause, TimeoutError):
        return Why.TIMEOUT
    if isinstance(cause, socket.gaierror):
        return Why.NAME
    if isinstance(cause, ssl.SSLError | ssl.CertificateError):
        return Why.TLS
    # A name with several addresses has one error for all of them, which only its words tell.
    refused = isinstance(cause, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(cause)
    return Why.REFUSED if refused else Why.UNCONNECTED
