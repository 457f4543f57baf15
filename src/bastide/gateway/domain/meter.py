"""Counts what an answer costs while it passes by, without changing it."""

from dataclasses import dataclass

import msgspec

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.gateway.domain.usage import Counts


class _PromptDetails(msgspec.Struct):
    cached_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int = 0
    completion_tokens: int | None = None
    prompt_tokens_details: _PromptDetails | None = None


class _Whole(msgspec.Struct):
    usage: _Usage | None = None


class _Delta(msgspec.Struct):
    content: msgspec.Raw = msgspec.Raw()
    reasoning_content: msgspec.Raw = msgspec.Raw()
    reasoning: msgspec.Raw = msgspec.Raw()
    tool_calls: msgspec.Raw = msgspec.Raw()


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    text: msgspec.Raw = msgspec.Raw()


class _Chunk(msgspec.Struct):
    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


_whole = msgspec.json.Decoder(_Whole)
_chunk = msgspec.json.Decoder(_Chunk)


@dataclass(frozen=True, slots=True)
class EventNote:
    """What one event of a stream carried.

    Attributes:
        text: something that the model wrote.
        only_usage: the extra event that `include_usage` asks for.
        error: the provider gave up; nothing follows.
    """

    text: bool
    only_usage: bool
    error: bool


class Meter:
    """The usage of one answer: the provider's own count where it gives one, else an estimate.

    Args:
        prompt_bytes: size of the request, for the estimate.
    """

    def __init__(self, prompt_bytes: int) -> None:
        self._prompt_bytes = prompt_bytes
        self._answer_bytes = 0
        self._counted: _Usage | None = None

    def whole(self, body: bytes) -> None:
        """Note an answer that is not streamed."""
        try:
            self._counted = _whole.decode(body).usage
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._counted = None
        self._answer_bytes = len(body)

    def event(self, data: bytes) -> EventNote:
        """Note the data of one event.

        Raises:
            UpstreamBrokenError: not JSON, or not a chunk.
        """
        try:
            chunk = _chunk.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UpstreamBrokenError(
                f"The model's server sent an event that is no chunk of a completion: {error}."
            ) from error
        if chunk.usage is not None:
            self._counted = chunk.usage
        size = sum(_size(choice) for choice in chunk.choices)
        self._answer_bytes += size
        return EventNote(
            text=size > 0,
            only_usage=chunk.usage is not None and not chunk.choices,
            error=len(chunk.error) > 0 and bytes(chunk.error) != b"null",
        )

    @property
    def counts(self) -> Counts:
        if (counted := self._counted) is None:
            prompt, completion = estimate_tokens(self._prompt_bytes), estimate_tokens(self._answer_bytes)
            return Counts(prompt, completion, estimated=True)
        details = counted.prompt_tokens_details
        cached = (details.cached_tokens or 0) if details else 0
        return Counts(counted.prompt_tokens, counted.completion_tokens or 0, cached)


def _size(choice: _Choice) -> int:
    """Bytes of what the model wrote; `null` and `""` are nothing."""
    parts = [choice.text]
    if (delta := choice.delta) is not None:
        parts += (delta.content, delta.reasoning_content, delta.reasoning, delta.tool_calls)
    return sum(len(part) - 2 for part in parts if len(part) > 2 and bytes(part) != b"null")
