"""What a provider's error means for the call."""

from bastide.gateway.domain.complaints import BUSY, CREDENTIALS, FAILURES, error_words, told_pause_s
from bastide.gateway.domain.errors import (
    UpstreamBrokenError,
    UpstreamBusyError,
    UpstreamFailedError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
)
from bastide.gateway.domain.ledger import Outcome
from bastide.gateway.ports.upstream import UpstreamReply
from bastide.kit.errors import BastideError, DeniedError, InvalidError

_OK = 200
_MAX_ERROR_BYTES = 64 * 1024

UNHEALTHY = (UpstreamUnreachableError, UpstreamBrokenError, UpstreamTimeoutError, UpstreamFailedError)
"""Errors that count against the deployment."""
ELSEWHERE = (*UNHEALTHY, UpstreamBusyError)
"""Errors after which another deployment may be asked, as long as nothing of an answer was passed on."""


async def raise_failure(reply: UpstreamReply, provider: str) -> None:
    """Raises UpstreamBusyError or UpstreamFailedError when the answer is an error of the provider's.

    One about the request itself passes. The provider's words are kept; a problem with credentials is ours.

    Raises:
        UpstreamBrokenError: a web page, as from a proxy that wants a login: no model server says that.
    """
    if reply.status not in FAILURES:
        if reply.status == _OK and reply.headers.get("content-type", "").startswith("text/html"):
            raise UpstreamBrokenError(f"{provider} answered with a web page, not as a model's server does.")
        return
    words = error_words(await reply.read(max_bytes=_MAX_ERROR_BYTES))
    if reply.status in BUSY:
        raise UpstreamBusyError(
            f"{provider} is over its own limit: {words}",
            provider=provider,
            status=reply.status,
            retry_after_s=told_pause_s(reply.headers),
        )
    if reply.status in CREDENTIALS:
        words = "it refuses our credentials; an administrator must check the provider's key"
    raise UpstreamFailedError(f"{provider} failed: {words}", provider=provider, status=reply.status)


def outcome_of(error: BaseException) -> Outcome:
    """How a call ended whose answer never began.

    A request that no provider's protocol can say, or that may go to none of them, is no failure of theirs.
    """
    if isinstance(error, InvalidError | DeniedError):
        return Outcome.REFUSED
    return Outcome.FAILED if isinstance(error, Exception) else Outcome.CUT


def status_of(error: BaseException) -> int:
    """What the provider answered with; 0: no answer came, or nobody was asked."""
    return error.details["status"] if isinstance(error, UpstreamFailedError | UpstreamBusyError) else 0


def worth_repeating(error: BastideError) -> bool:
    """Whether the same deployment may answer if it is asked again at once."""
    if isinstance(error, UpstreamFailedError):
        return error.details["status"] in {500, 502, 503}
    return isinstance(error, UpstreamUnreachableError | UpstreamBrokenError)
