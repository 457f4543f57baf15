"""What a provider's error means."""

from collections.abc import Mapping

import msgspec

from bastide.gateway.domain.errors import (
    UpstreamBrokenError,
    UpstreamBusyError,
    UpstreamFailedError,
    UpstreamTimeoutError,
    UpstreamUnreachableError,
)
from bastide.gateway.ports.upstream import UpstreamReply
from bastide.kit.errors import BastideError

_MAX_ERROR_BYTES = 64 * 1024
_OURS_TO_SOLVE = frozenset({401, 403, 407})
_BUSY = frozenset({429, 529})  # the latter is Anthropic's "overloaded"
_FAILURES = _OURS_TO_SOLVE | {408, 429, *range(300, 400), *range(500, 600)}

UNHEALTHY = (UpstreamUnreachableError, UpstreamBrokenError, UpstreamTimeoutError, UpstreamFailedError)
"""Errors that count against the deployment."""
ELSEWHERE = (*UNHEALTHY, UpstreamBusyError)
"""Errors after which another deployment may be asked, as long as nothing of an answer was passed on."""


class _ErrorDetail(msgspec.Struct):
    message: str


class _ErrorBody(msgspec.Struct):
    error: _ErrorDetail | str | None = None
    message: str | None = None


async def raise_failure(reply: UpstreamReply, provider: str) -> None:
    """Raises UpstreamBusyError or UpstreamFailedError when the answer is an error of the provider's.

    One about the request itself passes. The provider's words are kept; a problem with credentials is ours.
    """
    if reply.status not in _FAILURES:
        return
    words = error_words(await reply.read(max_bytes=_MAX_ERROR_BYTES))
    if reply.status in _BUSY:
        raise UpstreamBusyError(
            f"{provider} is over its own limit: {words}",
            provider=provider,
            retry_after_s=_pause_s(reply.headers),
        )
    if reply.status in _OURS_TO_SOLVE:
        words = "it refuses our credentials; an administrator must check the provider's key"
    raise UpstreamFailedError(f"{provider} failed: {words}", provider=provider, status=reply.status)


def _pause_s(headers: Mapping[str, str]) -> float:
    """Azure says it in milliseconds as well, which are more exact."""
    exact, rounded = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    if exact.isdigit():
        return int(exact) / 1000
    return int(rounded) if rounded.isdigit() else 1


def worth_repeating(error: BastideError) -> bool:
    """Whether the same deployment may answer if it is asked again at once."""
    if isinstance(error, UpstreamFailedError):
        return error.details["status"] in {500, 502, 503}
    return isinstance(error, UpstreamUnreachableError | UpstreamBrokenError)


def error_words(body: bytes) -> str:
    """The message in an error body of OpenAI's, Anthropic's or Ollama's shape, else its first words."""
    try:
        found = msgspec.json.decode(body, type=_ErrorBody)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body[:200].decode("utf-8", "replace") or "no message"
    if isinstance(found.error, _ErrorDetail):
        return found.error.message[:500]
    return (found.error or found.message or body[:200].decode("utf-8", "replace"))[:500]
