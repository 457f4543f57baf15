"""Answers as OpenAI's responses."""

from collections.abc import Iterable
from dataclasses import replace

from bastide.gateway.domain.protocols.conversation import Refusal, Text, Thinking, ToolCall
from bastide.gateway.domain.protocols.events import (
    Begin,
    Block,
    End,
    Event,
    Gatherer,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    Usage,
    gathered,
)
from bastide.gateway.domain.protocols.json import joined
from bastide.gateway.domain.protocols.responses.turns import reasoning_item
from bastide.gateway.domain.protocols.stamp import Stamp, named_event
from bastide.kit.json import Json, JsonObject

_DEFAULTS: JsonObject = {
    "instructions": None,
    "max_output_tokens": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "reasoning": {"effort": None, "summary": None},
    "temperature": None,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_p": None,
    "truncation": "disabled",
    "user": None,
}


def write_whole(events: Iterable[Event], stamp: Stamp) -> JsonObject:
    answer = gathered(events)
    items = [_item(block, index, stamp) for index, block in enumerate(_items(answer.blocks))]
    return _response(stamp, answer.model, items, answer.end)


def _items(blocks: Iterable[Block]) -> list[tuple[Block, ...]]:
    """Texts and refusals next to each other are one message."""
    found: list[tuple[Block, ...]] = []
    for block in blocks:
        if found and isinstance(block, Text | Refusal) and isinstance(found[-1][-1], Text | Refusal):
            found[-1] = (*found[-1], block)
        else:
            found.append((block,))
    return found


def _item(blocks: tuple[Block, ...], index: int, stamp: Stamp, *, status: str = "completed") -> JsonObject:
    first = blocks[0]
    if isinstance(first, ToolCall):
        return {
            "type": "function_call",
            "id": f"fc_{stamp.token}_{index}",
            "call_id": first.id,
            "name": first.name,
            "arguments": first.arguments or ("{}" if status == "completed" else ""),
            "status": status,
        }
    if isinstance(first, Thinking):
        return reasoning_item(first) | {"id": f"rs_{stamp.token}_{index}"}
    parts: list[Json] = [_part(block) for block in blocks]
    return {
        "type": "message",
        "id": f"msg_{stamp.token}_{index}",
        "role": "assistant",
        "status": status,
        "content": parts if status == "completed" else [],
    }


def _part(block: Block) -> JsonObject:
    if isinstance(block, Refusal):
        return {"type": "refusal", "refusal": block.text}
    text = block.text if isinstance(block, Text) else ""
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _response(stamp: Stamp, model: str, output: list[JsonObject], end: End | None) -> JsonObject:
    """`end` None: it is still being written."""
    asked = {name: stamp.asked.get(name) for name in _DEFAULTS}
    told = {name: default if asked[name] is None else asked[name] for name, default in _DEFAULTS.items()}
    response: JsonObject = {
        "id": f"resp_{stamp.token}",
        "object": "response",
        "created_at": stamp.created,
        "status": "in_progress",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "model": model,
        "output": [*output],
        "store": False,
        "usage": None,
        **told,
    }
    return response if end is None else joined(response, _ended(end))


def _ended(end: End) -> JsonObject:
    why = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(end.reason)
    usage = None if end.usage is None else usage_of(end.usage)
    found: JsonObject = {"status": "incomplete" if why else "completed", "usage": usage, **end.extra}
    if why:
        found["incomplete_details"] = {"reason": why}
    return found


def usage_of(usage: Usage) -> JsonObject:
    counts: JsonObject = {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": usage.cached, "cache_write_tokens": usage.written},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning},
        "total_tokens": usage.prompt + usage.completion,
    }
    return counts | ({"estimated": True} if usage.estimated else {})


class ResponsesWriter:
    """Events in, events of the stream out. One part of one item is open at a time."""

    def __init__(self, stamp: Stamp) -> None:
        self._stamp = stamp
        self._gatherer = Gatherer()
        self._number = 0
        self._done: list[JsonObject] = []  # items that are whole
        self._parts: list[Block] = []  # parts of the open item, the open one not among them
        self._begun = 0  # blocks that have been begun; the last of them is open

    def write(self, event: Event) -> bytes:
        self._gatherer.add(event)
        if isinstance(event, Begin):
            response: JsonObject = {"response": self._response(None)}
            return self._event("created", response) + self._event("in_progress", response)
        if isinstance(event, End):
            closing = self._close()
            kind = "incomplete" if _ended(event)["status"] == "incomplete" else "completed"
            return closing + self._event(kind, {"response": self._response(event)})
        opening = self._begin()
        if (delta := _delta_of(event)) is None:
            return opening
        kind, members = delta
        return opening + self._event(f"{kind}.delta", joined(self._place(self._gatherer.blocks[-1]), members))

    def _response(self, end: End | None) -> JsonObject:
        return _response(self._stamp, self._gatherer.model, self._done, end)

    @property
    def _open(self) -> Block | None:
        return self._gatherer.blocks[self._begun - 1] if self._begun else None

    def _begin(self) -> bytes:
        """Close what was open and open the newest block, unless it is open already."""
        if len(self._gatherer.blocks) == self._begun:
            return b""
        block = self._gatherer.blocks[-1]
        if isinstance(self._open, Text | Refusal) and isinstance(block, Text | Refusal):
            written = self._close_part()  # the next part of the same message
        else:
            written = self._close()
            self._parts = []
            self._begun = len(self._gatherer.blocks)
            started = replace(block, signature=None) if isinstance(block, Thinking) else block
            item = _item((started,), len(self._done), self._stamp, status="in_progress")
            item |= {"summary": []} if isinstance(block, Thinking) else {}
            written += self._event("output_item.added", {"output_index": len(self._done), "item": item})
        self._begun = len(self._gatherer.blocks)
        return written + self._open_part(block)

    def _open_part(self, block: Block) -> bytes:
        if isinstance(block, Text | Refusal):
            return self._place_event("content_part.added", block, {"part": _part(replace(block, text=""))})
        if isinstance(block, Thinking) and block.text:
            empty: JsonObject = {"part": {"type": "summary_text", "text": ""}}
            return self._place_event("reasoning_summary_part.added", block, empty)
        return b""

    def _close_part(self) -> bytes:
        match block := self._open:
            case Text() | Refusal():
                kind, word = ("output_text", "text") if isinstance(block, Text) else ("refusal", "refusal")
                told: JsonObject = {word: block.text}
                told.update({"logprobs": []} if kind == "output_text" else {})
                done = self._place_event(f"{kind}.done", block, told)
                done += self._place_event("content_part.done", block, {"part": _part(block)})
                self._parts.append(block)
            case ToolCall():
                told = {"arguments": block.arguments or "{}", "name": block.name}
                done = self._place_event("function_call_arguments.done", block, told)
            case Thinking(text=text) if text:
                part: JsonObject = {"type": "summary_text", "text": text}
                done = self._place_event("reasoning_summary_text.done", block, {"text": text})
                done += self._place_event("reasoning_summary_part.done", block, {"part": part})
            case _:
                done = b""
        return done

    def _place_event(self, kind: str, block: Block, members: JsonObject) -> bytes:
        return self._event(kind, joined(self._place(block), members))

    def _close(self) -> bytes:
        block = self._open
        if block is None:
            return b""
        written = self._close_part()
        blocks = tuple(self._parts) if isinstance(block, Text | Refusal) else (block,)
        item = _item(blocks, len(self._done), self._stamp)
        written += self._event("output_item.done", {"output_index": len(self._done), "item": item})
        self._done.append(item)
        return written

    def _place(self, block: Block) -> JsonObject:
        index = len(self._done)
        prefix = "fc" if isinstance(block, ToolCall) else "rs" if isinstance(block, Thinking) else "msg"
        place: JsonObject = {"item_id": f"{prefix}_{self._stamp.token}_{index}", "output_index": index}
        if isinstance(block, Text | Refusal):
            place["content_index"] = len(self._parts)
        if isinstance(block, Thinking):
            place["summary_index"] = 0
        return place

    def _event(self, kind: str, members: JsonObject) -> bytes:
        event = named_event({"type": f"response.{kind}", "sequence_number": self._number, **members})
        self._number += 1
        return event


def _delta_of(event: Event) -> tuple[str, JsonObject] | None:
    """Kind and members of the event."""
    delta: tuple[str, JsonObject] | None = None
    match event:
        case TextDelta(text=text):
            delta = "output_text", {"delta": text, "logprobs": []}
        case RefusalDelta(text=text):
            delta = "refusal", {"delta": text}
        case ThinkingDelta(text=text):
            delta = "reasoning_summary_text", {"delta": text}
        case ToolDelta(arguments=arguments):
            delta = "function_call_arguments", {"delta": arguments}
        case _:
            pass
    return delta
