"""What keeps a provider from answering, told from what was raised."""

import socket
import ssl

import pytest

from bastide.gateway.domain.errors import UpstreamBrokenError, UpstreamUnreachableError
from bastide.gateway.domain.trouble import Trouble, Why
from bastide.gateway.usecases.trouble import trouble_of

BOTH = "Multiple exceptions: [Errno 111] Connect call failed ('::1', 9), [Errno 111] Connect call failed"


@pytest.mark.parametrize(
    ("cause", "why"),
    [
        (ConnectionRefusedError(111, "no"), Why.REFUSED),
        (OSError(BOTH), Why.REFUSED),
        (socket.gaierror(-2, "Name or service not known"), Why.NAME),
        (ssl.SSLCertVerificationError("self-signed certificate"), Why.TLS),
        (TimeoutError(), Why.TIMEOUT),
        (OSError(113, "No route to host"), Why.UNCONNECTED),
        (ConnectionResetError(104, "reset"), Why.UNCONNECTED),
        (None, Why.UNCONNECTED),
    ],
)
def test_why_there_is_no_connection(cause: Exception | None, why: Why) -> None:
    error = UpstreamUnreachableError("There is no connection to the model's server.")
    error.__cause__ = cause
    assert trouble_of(error) == Trouble(why)


def test_a_slow_one_and_one_that_breaks_off() -> None:
    assert trouble_of(TimeoutError()) == Trouble(Why.TIMEOUT)
    assert trouble_of(UpstreamBrokenError("It broke off.")) == Trouble(Why.BROKEN)
