"""Counting in the protocols that are not chat completions; see `meter`."""

import msgspec

from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.meter import EventNote, Meter
from bastide.gateway.domain.protocols.events import Usage
from bastide.gateway.domain.protocols.json import decoded, section, word
from bastide.gateway.domain.protocols.messages.reader import usage_of as usage_of_message
from bastide.gateway.domain.protocols.responses.reader import usage_of as usage_of_response
from bastide.gateway.domain.usage import Counts
from bastide.kit.json import JsonObject

_LAST_OF_RESPONSE = frozenset({"response.completed", "response.incomplete"})


def meter_for(call: Call) -> Meter:
    """The meter of an answer to this call."""
    kinds = {
        Operation.MESSAGES: MessagesMeter,
        Operation.RESPONSES: ResponsesMeter,
        Operation.COUNT_TOKENS: FreeMeter,
    }
    return kinds.get(call.operation, Meter)(call.prompt_bytes)


class FreeMeter(Meter):
    """Nothing is written."""

    @property
    def counts(self) -> Counts:
        return Counts(0, 0)


class MessagesMeter(Meter):
    """Anthropic's: the prompt is counted at the start, the answer at the end."""

    def __init__(self, prompt_bytes: int) -> None:
        super().__init__(prompt_bytes)
        self._usage: JsonObject = {}

    def whole(self, body: bytes) -> None:
        try:
            usage = section(decoded(body), "usage")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return
        self._counted = _counts(usage_of_message(usage))

    def event(self, data: bytes) -> EventNote:
        event = _event(data)
        kind, delta = word(event, "type"), section(event, "delta")
        size = sum(len(word(delta, name).encode()) for name in ("text", "thinking", "partial_json"))
        self._answer_bytes += size
        for usage in (section(section(event, "message"), "usage"), section(event, "usage")):
            self._usage.update({name: value for name, value in usage.items() if value is not None})
        if kind == "message_delta":
            self._counted = _counts(usage_of_message(self._usage))
        return EventNote(text=size > 0, only_usage=False, error=kind == "error", last=kind == "message_stop")

    @property
    def counts(self) -> Counts:
        """A stream that was cut has told what it read; what it wrote is estimated."""
        counted, begun = super().counts, _counts(usage_of_message(self._usage))
        if self._counted is not None or begun is None or not begun.prompt:
            return counted
        return msgspec.structs.replace(begun, completion=counted.completion, estimated=True)


class ResponsesMeter(Meter):
    """OpenAI's responses: counted at the end."""

    def whole(self, body: bytes) -> None:
        try:
            self._count(decoded(body))
        except (msgspec.DecodeError, UnicodeDecodeError):
            return

    def event(self, data: bytes) -> EventNote:
        event = _event(data)
        kind = word(event, "type")
        size = len(word(event, "delta").encode())
        self._answer_bytes += size
        self._count(section(event, "response"))
        failed = kind in {"error", "response.failed"}
        return EventNote(text=size > 0, only_usage=False, error=failed, last=kind in _LAST_OF_RESPONSE)

    def _count(self, response: JsonObject) -> None:
        if (usage := usage_of_response(response)) is not None:
            self._counted = _counts(usage)


def _event(data: bytes) -> JsonObject:
    try:
        return decoded(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UpstreamBrokenError(
            f"The model's server sent an event that is no JSON object: {error}."
        ) from error


def _counts(usage: Usage | None) -> Counts | None:
    """Parts never exceed what they are parts of, whatever the provider says."""
    if usage is None:
        return None
    cached, reasoning = min(usage.cached, usage.prompt), min(usage.reasoning, usage.completion)
    return Counts(usage.prompt, usage.completion, cached, reasoning, usage.estimated)
