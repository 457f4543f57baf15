"""Why a provider did not list its models: words of a fixed list, which name no address."""

import errno
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum

from bastide.gateway.domain.complaints import CREDENTIALS
from bastide.gateway.domain.errors import UpstreamFailedError, UpstreamUnreachableError


class Why(StrEnum):
    """What keeps a provider from answering."""

    REFUSED = "refused"  # nobody listens there
    NAME = "name"  # no address for its name
    TLS = "tls"
    UNCONNECTED = "unconnected"  # no way there, for any other reason
    TIMEOUT = "timeout"
    CREDENTIALS = "credentials"  # it does not take our key
    STATUS = "status"  # it answered with an error of its own
    BROKEN = "broken"  # what it says is not what a model server says


@dataclass(frozen=True, slots=True)
class Trouble:
    """`status` is what it answered with, where it did."""

    why: Why
    status: int | None = None


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
