"""Answers as OpenAI's chat completions, with `reasoning_content` as model servers write it."""

from collections.abc import Iterable

from bastide.gateway.domain.protocols.chat.turns import written_call
from bastide.gateway.domain.protocols.conversation import Refusal, Text, Thinking, ToolCall
from bastide.gateway.domain.protocols.events import (
    Begin,
    End,
    Event,
    Gatherer,
    RefusalDelta,
    Signature,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    ToolStart,
    Usage,
    gathered,
)
from bastide.gateway.domain.protocols.json import joined
from bastide.gateway.domain.protocols.stamp import Stamp, data_event
from bastide.kit.json import Json, JsonObject

_REASONS = {"pause": "stop"}


def write_whole(events: Iterable[Event], stamp: Stamp) -> JsonObject:
    answer = gathered(events)
    calls = [block for block in answer.blocks if isinstance(block, ToolCall)]
    thoughts = [block for block in answer.blocks if isinstance(block, Thinking)]
    texts = [block.text for block in answer.blocks if isinstance(block, Text)]
    refusals = [block.text for block in answer.blocks if isinstance(block, Refusal)]
    message: JsonObject = {
        "role": "assistant",
        "content": "".join(texts) if texts else None,
        "refusal": "".join(refusals) if refusals else None,
    }
    if calls:
        message["tool_calls"] = [written_call(call) for call in calls]
    if shown := "\n\n".join(thought.text for thought in thoughts if thought.text):
        message["reasoning_content"] = shown
    if any(thought.signature is not None for thought in thoughts):
        message["thinking_blocks"] = [_thought(thought) for thought in thoughts]
    choice: JsonObject = {"index": 0, "message": message, "logprobs": None, **_ended(answer.end)}
    head: JsonObject = {
        "id": f"chatcmpl-{stamp.token}",
        "object": "chat.completion",
        "created": stamp.created,
        "model": answer.model,
        "choices": [choice],
    }
    if answer.end.usage is not None:
        head["usage"] = _usage(answer.end.usage)
    return joined(head, answer.end.extra)


def _thought(thought: Thinking) -> JsonObject:
    if thought.redacted:
        return {"type": "redacted_thinking", "data": thought.signature}
    return {"type": "thinking", "thinking": thought.text, "signature": thought.signature}


def _ended(end: End) -> JsonObject:
    choice: JsonObject = {"finish_reason": _REASONS.get(end.reason, end.reason)}
    return choice | ({} if end.stop_sequence is None else {"stop_reason": end.stop_sequence})


def _usage(usage: Usage) -> JsonObject:
    before: JsonObject = {"cached_tokens": usage.cached}
    before |= {"cache_write_tokens": usage.written} if usage.written else {}
    counts: JsonObject = {
        "prompt_tokens": usage.prompt,
        "completion_tokens": usage.completion,
        "total_tokens": usage.prompt + usage.completion,
        "prompt_tokens_details": before,
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }
    return counts | ({"estimated": True} if usage.estimated else {})


class ChatWriter:
    """Events in, chunks out; the usage is always told, in a chunk of its own before the end."""

    def __init__(self, stamp: Stamp) -> None:
        self._head: JsonObject = {
            "id": f"chatcmpl-{stamp.token}",
            "object": "chat.completion.chunk",
            "created": stamp.created,
        }
        self._gatherer = Gatherer()
        self._tools = -1

    def write(self, event: Event) -> bytes:
        self._gatherer.add(event)
        if isinstance(event, Begin):
            self._head["model"] = event.model
        return self._last(event) if isinstance(event, End) else self._chunk(self._delta(event))

    def _delta(self, event: Event) -> JsonObject:
        delta: JsonObject = {}
        match event:
            case Begin():
                delta = {"role": "assistant", "content": ""}
            case TextDelta(text=text):
                delta = {"content": text}
            case RefusalDelta(text=text):
                delta = {"refusal": text}
            case ThinkingDelta(text=text):
                delta = {"reasoning_content": text}
            case Signature():
                last = self._gatherer.blocks[-1]
                delta = {"thinking_blocks": [_thought(last)] if isinstance(last, Thinking) else []}
            case ToolStart(id=call_id, name=name):
                self._tools += 1
                function: Json = {"name": name, "arguments": ""}
                delta = self._call({"id": call_id, "type": "function", "function": function})
            case ToolDelta(arguments=arguments):
                delta = self._call({"function": {"arguments": arguments}})
            case End():
                pass
        return delta

    def _call(self, call: JsonObject) -> JsonObject:
        return {"tool_calls": [{"index": self._tools, **call}]}

    def _last(self, end: End) -> bytes:
        closing = self._chunk({}, _ended(end))
        if end.usage is not None:
            closing += data_event({**self._head, "choices": [], "usage": _usage(end.usage)})
        return closing + b"data: [DONE]\n\n"

    def _chunk(self, delta: JsonObject, ended: JsonObject | None = None) -> bytes:
        choice: JsonObject = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}
        return data_event({**self._head, "choices": [choice | (ended or {})]})
