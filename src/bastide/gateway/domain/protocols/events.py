"""What a model answers, in none of the protocols: pieces in the order in which they come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bastide.gateway.domain.protocols.conversation import Refusal, Text, Thinking, ToolCall
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.kit.json import Json


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens: `cached` and `written` (to a cache) are parts of the prompt, `reasoning` of the completion."""

    prompt: int
    completion: int
    cached: int = 0
    written: int = 0
    reasoning: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Begin:
    """First of all. `model` as the provider calls it."""

    model: str
    usage: Usage | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    text: str


@dataclass(frozen=True, slots=True)
class RefusalDelta:
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    text: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Ends a piece of thinking. `redacted`: the piece is only this."""

    value: str
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class ToolStart:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ToolDelta:
    """More of the arguments of the tool started last."""

    arguments: str


@dataclass(frozen=True, slots=True)
class End:
    """Last of all.

    Attributes:
        reason: stop, length, tool_calls, content_filter or pause.
        extra: members that only Bastide adds (`citations` …).
    """

    reason: str
    usage: Usage | None = None
    stop_sequence: str | None = None
    extra: Mapping[str, Json] = field(default_factory=dict[str, Json])


Event: TypeAlias = Begin | TextDelta | RefusalDelta | ThinkingDelta | Signature | ToolStart | ToolDelta | End
Block: TypeAlias = Text | Refusal | Thinking | ToolCall


@dataclass(frozen=True, slots=True)
class Answer:
    """All of it at once."""

    model: str
    blocks: tuple[Block, ...]
    end: End


class Gatherer:
    """Joins pieces into blocks; `open` is the block that grows."""

    def __init__(self) -> None:
        self.model = ""
        self.blocks: list[Block] = []

    def add(self, event: Event) -> None:
        match event:
            case Begin(model=model):
                self.model = model
            case TextDelta(text=text):
                self._grow(Text(text))
            case RefusalDelta(text=text):
                self._grow(Refusal(text))
            case ThinkingDelta(text=text):
                self._grow(Thinking(text))
            case Signature():
                self._sign(event)
            case ToolStart(id=call_id, name=name):
                self.blocks.append(ToolCall(call_id, name, ""))
            case ToolDelta(arguments=arguments):
                last = self.blocks[-1]
                if isinstance(last, ToolCall):
                    self.blocks[-1] = replace(last, arguments=last.arguments + arguments)
            case End():
                pass

    def _grow(self, more: Text | Refusal | Thinking) -> None:
        last = self.blocks[-1] if self.blocks else None
        if isinstance(last, Text) and isinstance(more, Text):
            self.blocks[-1] = Text(last.text + more.text)
        elif isinstance(last, Refusal) and isinstance(more, Refusal):
            self.blocks[-1] = Refusal(last.text + more.text)
        elif isinstance(last, Thinking) and isinstance(more, Thinking) and last.signature is None:
            self.blocks[-1] = Thinking(last.text + more.text)
        else:
            self.blocks.append(more)

    def _sign(self, event: Signature) -> None:
        last = self.blocks[-1] if self.blocks else None
        if not event.redacted and isinstance(last, Thinking) and last.signature is None:
            self.blocks[-1] = replace(last, signature=event.value)
        else:
            self.blocks.append(Thinking("", event.value, event.redacted))


def gathered(events: Iterable[Event]) -> Answer:
    """The answer that these pieces make."""
    gatherer, end = Gatherer(), End("stop")
    for event in events:
        gatherer.add(event)
        if isinstance(event, End):
            end = event
    return Answer(gatherer.model, tuple(gatherer.blocks), end)


def size_of(event: Event) -> int:
    """Bytes that the model wrote."""
    match event:
        case TextDelta(text=text) | RefusalDelta(text=text) | ThinkingDelta(text=text):
            return len(text.encode())
        case ToolStart(name=name):
            return len(name.encode())
        case ToolDelta(arguments=arguments):
            return len(arguments.encode())
        case _:
            return 0


def with_usage(end: End, prompt_bytes: int, answer_bytes: int) -> End:
    """The same with an estimate where the provider gave no count."""
    if end.usage is not None:
        return end
    usage = Usage(estimate_tokens(prompt_bytes), estimate_tokens(answer_bytes), estimated=True)
    return replace(end, usage=usage)
