"""Counts what an answer costs while it passes by, without changing it."""

import msgspec

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.gateway.domain.usage import Counts


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    """Chat and completions say prompt and completion, newer operations input and output."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    total_tokens: int | None = None
    estimated: bool = False  # by us, on the way from another protocol
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None

    def counts(self) -> Counts:
        """Parts never exceed what they are parts of, whatever the provider says."""
        completion = self.completion_tokens or self.output_tokens or 0
        prompt = self.prompt_tokens or self.input_tokens or max((self.total_tokens or 0) - completion, 0)
        before = self.prompt_tokens_details or self.input_tokens_details
        after = self.completion_tokens_details or self.output_tokens_details
        cached = (before.cached_tokens or 0) if before else 0
        reasoning = (after.reasoning_tokens or 0) if after else 0
        return Counts(
            max(prompt, 0),
            max(completion, 0),
            cached=max(0, min(cached, prompt)),
            reasoning=max(0, min(reasoning, completion)),
            estimated=self.estimated,
        )


class _Delta(msgspec.Struct):
    content: msgspec.Raw = msgspec.Raw()
    reasoning_content: msgspec.Raw = msgspec.Raw()
    reasoning: msgspec.Raw = msgspec.Raw()
    tool_calls: msgspec.Raw = msgspec.Raw()


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None
    text: msgspec.Raw = msgspec.Raw()


class _Answer(msgspec.Struct):
    """A whole answer, or a chunk of a streamed one."""

    choices: list[_Choice] = []
    usage: _Usage | None = None
    error: msgspec.Raw = msgspec.Raw()


_answer = msgspec.json.Decoder(_Answer)


class EventNote(msgspec.Struct, frozen=True):
    """What one event of a stream carried.

    Attributes:
        text: something that the model wrote.
        only_usage: the extra event that `include_usage` asks for.
        error: the provider gave up; nothing follows.
        last: it ends the stream.
    """

    text: bool
    only_usage: bool
    error: bool
    last: bool = False


class Meter:
    """The usage of one answer: the provider's own count where it gives one, else an estimate.

    Args:
        prompt_bytes: size of the request, for the estimate.
    """

    def __init__(self, prompt_bytes: int) -> None:
        self._prompt_bytes = prompt_bytes
        self._answer_bytes = 0
        self._counted: Counts | None = None

    def whole(self, body: bytes) -> None:
        """Note an answer that is not streamed; what is no JSON object is only estimated."""
        try:
            answer = _answer.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        if answer.usage is not None:
            self._counted = answer.usage.counts()
        else:
            self._answer_bytes += _written(answer)

    def event(self, data: bytes) -> EventNote:
        """Note the data of one event.

        Raises:
            UpstreamBrokenError: not JSON, or not a chunk.
        """
        try:
            chunk = _answer.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UpstreamBrokenError(
                f"The model's server sent an event that is no chunk of a completion: {error}."
            ) from error
        if chunk.usage is not None:
            self._counted = chunk.usage.counts()
        size = _written(chunk)
        self._answer_bytes += size
        return EventNote(
            text=size > 0,
            only_usage=chunk.usage is not None and not chunk.choices,
            error=len(chunk.error) > 0 and bytes(chunk.error) != b"null",
        )

    @property
    def counts(self) -> Counts:
        if self._counted is not None:
            return self._counted
        prompt, completion = estimate_tokens(self._prompt_bytes), estimate_tokens(self._answer_bytes)
        return Counts(prompt, completion, estimated=True)


def _written(answer: _Answer) -> int:
    """Bytes of what the model wrote."""
    return sum([_size(choice) for choice in answer.choices])


def _size(choice: _Choice) -> int:
    """`null` and `""` are nothing."""
    parts = [choice.text]
    if (written := choice.delta or choice.message) is not None:
        parts += (written.content, written.reasoning_content, written.reasoning, written.tool_calls)
    return sum([len(part) - 2 for part in parts if len(part) > 2 and bytes(part) != b"null"])
