"""Answers of OpenAI's responses.

https://platform.openai.com/docs/api-reference/responses/object and …/responses-streaming
"""

from collections.abc import Iterator

from bastide.gateway.domain.protocols.events import (
    Begin,
    End,
    Event,
    RefusalDelta,
    Signature,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    ToolStart,
    Usage,
)
from bastide.gateway.domain.protocols.json import arrays, broken, number, parsed, section, word
from bastide.gateway.domain.protocols.responses.turns import REDACTED
from bastide.kit.json import JsonObject

_THOUGHTS = ("response.reasoning_summary_text.delta", "response.reasoning_text.delta")
_LAST = ("response.completed", "response.incomplete")


def read_whole(body: bytes) -> list[Event]:
    """Raises UpstreamBrokenError."""
    response = parsed(body)
    if response.get("object") != "response":
        raise broken("what is no response")
    events: list[Event] = [Begin(word(response, "model"))]
    for item in arrays(response, "output"):
        events += _item(item)
    return [*events, _ended(response)]


class ResponsesReader:
    """Events of the stream in, events out."""

    def __init__(self) -> None:
        self._begun = self._refused = self._called = False
        self.done = False

    def read(self, data: bytes) -> list[Event]:
        """Raises UpstreamBrokenError."""
        event = parsed(data)
        kind = word(event, "type")
        if kind in _LAST:
            self.done = True
            return [_ended(section(event, "response"), refused=self._refused, called=self._called)]
        if kind in {"response.failed", "error"}:
            error = section(section(event, "response"), "error") or section(event, "error") or event
            raise broken(f"an error: {word(error, 'message')}")
        return list(self._piece(kind, event))

    def _piece(self, kind: str, event: JsonObject) -> Iterator[Event]:
        item = section(event, "item")
        if kind == "response.created":
            yield Begin(word(section(event, "response"), "model"))
        elif kind == "response.output_text.delta":
            yield TextDelta(word(event, "delta"))
        elif kind == "response.refusal.delta":
            self._refused = True
            yield RefusalDelta(word(event, "delta"))
        elif kind in _THOUGHTS:
            yield ThinkingDelta(word(event, "delta"))
        elif kind == "response.reasoning_summary_part.added" and event.get("summary_index"):
            yield ThinkingDelta("\n\n")
        elif kind == "response.output_item.added" and item.get("type") == "function_call":
            self._called = True
            yield ToolStart(word(item, "call_id"), word(item, "name"))
        elif kind == "response.function_call_arguments.delta":
            yield ToolDelta(word(event, "delta"))
        elif kind == "response.output_item.done" and item.get("type") == "reasoning":
            yield from _signature(item)


def _item(item: JsonObject) -> Iterator[Event]:
    match word(item, "type"):
        case "message":
            for part in arrays(item, "content"):
                if text := word(part, "text"):
                    yield TextDelta(text)
                if refusal := word(part, "refusal"):
                    yield RefusalDelta(refusal)
        case "function_call":
            yield ToolStart(word(item, "call_id"), word(item, "name"))
            yield ToolDelta(word(item, "arguments"))
        case "reasoning":
            texts = [word(part, "text") for name in ("summary", "content") for part in arrays(item, name)]
            if thought := "\n\n".join(texts):
                yield ThinkingDelta(thought)
            yield from _signature(item)
        case _:
            pass


def _signature(item: JsonObject) -> Iterator[Event]:
    if value := word(item, "encrypted_content"):
        yield Signature(value.removeprefix(REDACTED), redacted=value.startswith(REDACTED))


def _ended(response: JsonObject, *, refused: bool = False, called: bool = False) -> End:
    items = arrays(response, "output")
    parts = [part for item in items for part in arrays(item, "content")]
    if word(response, "status") == "incomplete":
        why = word(section(response, "incomplete_details"), "reason")
        reason = "content_filter" if why == "content_filter" else "length"
    elif called or any(item.get("type") == "function_call" for item in items):
        reason = "tool_calls"
    elif refused or any(part.get("type") == "refusal" for part in parts):
        reason = "content_filter"
    else:
        reason = "stop"
    return End(reason, usage_of(response))


def usage_of(response: JsonObject) -> Usage | None:
    found = response.get("usage")
    if not isinstance(found, dict):
        return None
    before, after = section(found, "input_tokens_details"), section(found, "output_tokens_details")
    return Usage(
        number(found, "input_tokens"),
        number(found, "output_tokens"),
        number(before, "cached_tokens"),
        number(before, "cache_write_tokens"),
        number(after, "reasoning_tokens"),
        found.get("estimated") is True,
    )
