"""Answers as Anthropic's messages."""

from collections.abc import Iterable

import msgspec

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.protocols.conversation import Refusal, Text, Thinking, ToolCall
from bastide.gateway.domain.protocols.events import (
    Begin,
    Block,
    End,
    Event,
    Gatherer,
    RefusalDelta,
    Signature,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    Usage,
    gathered,
)
from bastide.gateway.domain.protocols.json import decoded, joined
from bastide.gateway.domain.protocols.stamp import Stamp, named_event
from bastide.kit.json import JsonObject

_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
    "pause": "pause_turn",
}


def write_whole(events: Iterable[Event], stamp: Stamp) -> JsonObject:
    """Raises UpstreamBrokenError: arguments of a tool that are no JSON object."""
    answer = gathered(events)
    message = _message(stamp, answer.model, usage_of(answer.end.usage))
    message["content"] = [_block(block) for block in answer.blocks]
    return joined(message, _ended(answer.end), answer.end.extra)


def _message(stamp: Stamp, model: str, usage: JsonObject) -> JsonObject:
    return {
        "id": f"msg_{stamp.token}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }


def _block(block: Block) -> JsonObject:
    match block:
        case Text(text=text) | Refusal(text=text):
            return {"type": "text", "text": text}
        case Thinking(text=text, signature=signature, redacted=redacted):
            if redacted:
                return {"type": "redacted_thinking", "data": signature}
            return {"type": "thinking", "thinking": text, "signature": signature or ""}
        case ToolCall():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": _input(block.arguments)}


def _input(arguments: str) -> JsonObject:
    try:
        return decoded(arguments or "{}")
    except msgspec.DecodeError as error:
        raise UpstreamBrokenError("The model called a tool with what is no JSON object.") from error


def _ended(end: End) -> JsonObject:
    reason = "stop_sequence" if end.stop_sequence is not None and end.reason == "stop" else end.reason
    return {"stop_reason": _REASONS.get(reason, reason), "stop_sequence": end.stop_sequence}


def usage_of(usage: Usage | None) -> JsonObject:
    """What a cache has given or taken is not in `input_tokens`."""
    usage = usage or Usage(0, 0)
    counts: JsonObject = {
        "input_tokens": max(0, usage.prompt - usage.cached - usage.written),
        "cache_creation_input_tokens": usage.written,
        "cache_read_input_tokens": usage.cached,
        "output_tokens": usage.completion,
    }
    counts |= {"output_tokens_details": {"thinking_tokens": usage.reasoning}} if usage.reasoning else {}
    return counts | ({"estimated": True} if usage.estimated else {})


class MessagesWriter:
    """Events in, events of the stream out. One block is open at a time."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._gatherer = Gatherer()
        self._open = 0  # blocks that have been begun; the last of them is open

    def write(self, event: Event) -> bytes:
        self._gatherer.add(event)
        if isinstance(event, Begin):
            message = _message(self._stamp, event.model, usage_of(event.usage))
            return named_event({"type": "message_start", "message": message})
        if isinstance(event, End):
            return self._last(event)
        opening = self._begin() if len(self._gatherer.blocks) > self._open else b""
        if (delta := _delta_of(event)) is None:
            return opening
        return opening + named_event({"type": "content_block_delta", "index": self._open - 1, "delta": delta})

    def _begin(self) -> bytes:
        """Close the block before, open the one that has begun."""
        closing = self._close()
        block = self._gatherer.blocks[-1]
        self._open = len(self._gatherer.blocks)
        start: JsonObject = {
            "type": "content_block_start",
            "index": self._open - 1,
            "content_block": _empty(block),
        }
        return closing + named_event(start)

    def _close(self) -> bytes:
        if not self._open:
            return b""
        return named_event({"type": "content_block_stop", "index": self._open - 1})

    def _last(self, end: End) -> bytes:
        delta: JsonObject = {
            "type": "message_delta",
            "delta": _ended(end),
            "usage": usage_of(end.usage),
            **end.extra,
        }
        return self._close() + named_event(delta) + named_event({"type": "message_stop"})


def _delta_of(event: Event) -> JsonObject | None:
    delta: JsonObject | None = None
    match event:
        case TextDelta(text=text) | RefusalDelta(text=text):
            delta = {"type": "text_delta", "text": text}
        case ThinkingDelta(text=text):
            delta = {"type": "thinking_delta", "thinking": text}
        case Signature(value=value, redacted=False):
            delta = {"type": "signature_delta", "signature": value}
        case ToolDelta(arguments=arguments):
            delta = {"type": "input_json_delta", "partial_json": arguments}
        case _:
            pass
    return delta


def _empty(block: Block) -> JsonObject:
    """A block as it begins; a hidden thought is whole at once."""
    match block:
        case Thinking(redacted=True):
            return _block(block)
        case Thinking():
            return {"type": "thinking", "thinking": "", "signature": ""}
        case ToolCall():
            return {"type": "tool_use", "id": block.id, "name": block.name, "input": {}}
        case _:
            return {"type": "text", "text": ""}
