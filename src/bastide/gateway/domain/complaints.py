"""How providers say that something is wrong: their statuses, their pauses, their words."""

from collections.abc import Mapping

import msgspec

CREDENTIALS = frozenset({401, 403, 407})
"""It does not take our key: nothing that the client could change."""
BUSY = frozenset({429, 529})
"""Too much at a time; the latter is Anthropic's "overloaded"."""
FAILURES = CREDENTIALS | {408, 429, *range(300, 400), *range(500, 600)}
"""All that is not about the request itself."""


class _Detail(msgspec.Struct):
    message: str


class _Body(msgspec.Struct):
    error: _Detail | str | None = None
    message: str | None = None


def told_pause_s(headers: Mapping[str, str]) -> float:
    """When to come back, 1 where that is not said. Azure says it in milliseconds too: more exact."""
    exact, rounded = headers.get("retry-after-ms", ""), headers.get("retry-after", "")
    if exact.isdigit():
        return int(exact) / 1000
    return int(rounded) if rounded.isdigit() else 1


def error_words(body: bytes) -> str:
    """The message in an error body of OpenAI's, Anthropic's or Ollama's shape, else its first words."""
    try:
        found = msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body[:200].decode("utf-8", "replace") or "no message"
    if isinstance(found.error, _Detail):
        return found.error.message[:500]
    return (found.error or found.message or body[:200].decode("utf-8", "replace"))[:500]
