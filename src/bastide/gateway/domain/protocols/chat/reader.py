"""Answers of OpenAI's chat completions.

https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming
"""

from collections.abc import Iterator

from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.protocols.events import (
    Begin,
    End,
    Event,
    RefusalDelta,
    TextDelta,
    ThinkingDelta,
    ToolDelta,
    ToolStart,
    Usage,
)
from bastide.gateway.domain.protocols.json import arrays, broken, number, parsed, section, word
from bastide.gateway.domain.sse import DONE
from bastide.kit.json import Json, JsonObject

_REASONS = {"function_call": "tool_calls", "tool_calls": "tool_calls", "length": "length"}


def read_whole(body: bytes) -> list[Event]:
    """Raises UpstreamBrokenError."""
    answer = parsed(body)
    reader = ChatReader()
    events = [*reader.head(answer)]
    choice = next(iter(arrays(answer, "choices")), None)
    if choice is None:
        raise broken("a completion without a choice")
    message = section(choice, "message")
    for index, call in enumerate(arrays(message, "tool_calls")):
        call["index"] = index
    events += reader.delta(message)
    events.append(reader.ended(choice, answer))
    return events


class ChatReader:
    """Chunks in, events out."""

    def __init__(self) -> None:
        self._begun = False
        self._tool: Json = None
        self._end: End | None = None
        self._usage: Usage | None = None
        self.done = False

    def read(self, data: bytes) -> list[Event]:
        """Raises UpstreamBrokenError."""
        if data == DONE:
            return self._finish()
        chunk = parsed(data)
        if chunk.get("error"):
            raise broken(f"an error: {word(section(chunk, 'error'), 'message')}")
        events = [*self.head(chunk)]
        if usage := usage_of(chunk):
            self._usage = usage
        for choice in arrays(chunk, "choices"):
            events += self.delta(section(choice, "delta"))
            if word(choice, "finish_reason"):
                self._end = self.ended(choice, chunk)
        return events

    def head(self, answer: JsonObject) -> Iterator[Event]:
        if not self._begun:
            self._begun = True
            yield Begin(word(answer, "model"))

    def delta(self, delta: JsonObject) -> Iterator[Event]:
        if thought := word(delta, "reasoning_content") or word(delta, "reasoning"):
            yield ThinkingDelta(thought)
        if text := word(delta, "content"):
            yield TextDelta(text)
        if refusal := word(delta, "refusal"):
            yield RefusalDelta(refusal)
        for call in arrays(delta, "tool_calls"):
            yield from self._call(call)

    def _call(self, call: JsonObject) -> Iterator[Event]:
        function, index = section(call, "function"), call.get("index", 0)
        if index != self._tool:
            if not word(call, "id"):
                raise broken("a piece of a tool call that has not begun, or has ended")
            self._tool = index
            yield ToolStart(word(call, "id"), word(function, "name"))
        if arguments := word(function, "arguments"):
            yield ToolDelta(arguments)

    def ended(self, choice: JsonObject, answer: JsonObject) -> End:
        """VLLM tells the stop sequence in `stop_reason`."""
        reason = word(choice, "finish_reason")
        stop = word(choice, "stop_reason") or None
        return End(_REASONS.get(reason, reason) or "stop", usage_of(answer), stop)

    def _finish(self) -> list[Event]:
        if self._end is None:
            raise UpstreamBrokenError("The model's server ended its stream before the answer was whole.")
        self.done = True
        end = self._end
        return [End(end.reason, self._usage or end.usage, end.stop_sequence)]


def usage_of(answer: JsonObject) -> Usage | None:
    found = answer.get("usage")
    if not isinstance(found, dict):
        return None
    before, after = section(found, "prompt_tokens_details"), section(found, "completion_tokens_details")
    return Usage(
        number(found, "prompt_tokens"),
        number(found, "completion_tokens"),
        number(before, "cached_tokens"),
        number(before, "cache_write_tokens"),
        number(after, "reasoning_tokens"),
        found.get("estimated") is True,
    )
