"""Answers of Anthropic's messages.

https://docs.anthropic.com/en/api/messages and …/streaming
"""

from collections.abc import Iterator

import msgspec

from bastide.gateway.domain.protocols.events import (
    Begin,
    End,
    Event,
    Signature,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    ToolStart,
    Usage,
)
from bastide.gateway.domain.protocols.json import arrays, broken, number, parsed, section, word
from bastide.kit.json import JsonObject

_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
    "pause_turn": "pause",
}


def read_whole(body: bytes) -> list[Event]:
    """Raises UpstreamBrokenError."""
    message = parsed(body)
    if message.get("type") != "message":
        raise broken("what is no message")
    events: list[Event] = [Begin(word(message, "model"))]
    for block in arrays(message, "content"):
        events += _block(block)
        if word(block, "type") == "tool_use":
            events.append(ToolDelta(msgspec.json.encode(section(block, "input")).decode()))
    return [*events, _ended(message, usage_of(section(message, "usage")))]


class MessagesReader:
    """Events of the stream in, events out."""

    def __init__(self) -> None:
        self._usage: JsonObject = {}
        self._end: JsonObject = {}
        self.done = False

    def read(self, data: bytes) -> list[Event]:
        """Raises UpstreamBrokenError."""
        event = parsed(data)
        match word(event, "type"):
            case "message_start":
                message = section(event, "message")
                self._count(section(message, "usage"))
                return [Begin(word(message, "model"), usage_of(self._usage))]
            case "content_block_start":
                return list(_block(section(event, "content_block")))
            case "content_block_delta":
                return list(_delta(section(event, "delta")))
            case "message_delta":
                self._count(section(event, "usage"))
                self._end |= section(event, "delta")
            case "message_stop":
                self.done = True
                return [_ended(self._end, usage_of(self._usage))]
            case "error":
                raise broken(f"an error: {word(section(event, 'error'), 'message')}")
            case _:
                pass
        return []

    def _count(self, usage: JsonObject) -> None:
        """Counts of later events hold; what they leave out stays."""
        self._usage |= {name: value for name, value in usage.items() if value is not None}


def _block(block: JsonObject) -> Iterator[Event]:
    match word(block, "type"):
        case "text" if text := word(block, "text"):
            yield TextDelta(text)
        case "thinking":
            if thought := word(block, "thinking"):
                yield ThinkingDelta(thought)
            if signature := word(block, "signature"):
                yield Signature(signature)
        case "redacted_thinking":
            yield Signature(word(block, "data"), redacted=True)
        case "tool_use":
            yield ToolStart(word(block, "id"), word(block, "name"))
        case _:
            pass


def _delta(delta: JsonObject) -> Iterator[Event]:
    match word(delta, "type"):
        case "text_delta":
            yield TextDelta(word(delta, "text"))
        case "thinking_delta":
            yield ThinkingDelta(word(delta, "thinking"))
        case "signature_delta":
            yield Signature(word(delta, "signature"))
        case "input_json_delta" if part := word(delta, "partial_json"):
            yield ToolDelta(part)
        case _:
            pass


def _ended(message: JsonObject, usage: Usage | None) -> End:
    reason = word(message, "stop_reason")
    return End(_REASONS.get(reason, "stop"), usage, word(message, "stop_sequence") or None)


def usage_of(found: JsonObject) -> Usage | None:
    """Its `input_tokens` leave out what a cache has given or taken; ours hold it."""
    if not found:
        return None
    cached, written = number(found, "cache_read_input_tokens"), number(found, "cache_creation_input_tokens")
    return Usage(
        number(found, "input_tokens") + cached + written,
        number(found, "output_tokens"),
        cached,
        written,
        number(section(found, "output_tokens_details"), "thinking_tokens"),
        found.get("estimated") is True,
    )
