"""What is asked of a model, in none of the protocols: every request is read into this and written from it."""

from dataclasses import dataclass, field
from typing import TypeAlias

from bastide.kit.json import JsonObject


@dataclass(frozen=True, slots=True)
class Text:
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the model says when it will not answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """`url` is an address, or the image itself as `data:image/png;base64,…`."""

    url: str
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Thinking:
    """Thoughts of the model.

    Attributes:
        signature: opaque; with it the provider knows its own thoughts again.
        redacted: `signature` is all there is, the provider hides the text.
    """

    text: str
    signature: str | None = None
    redacted: bool = False


@dataclass(frozen=True, slots=True)
class ToolCall:
    """`arguments` is JSON text as the model wrote it."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back; `failed` when it is an error."""

    id: str
    parts: tuple[Text | Image, ...]
    failed: bool = False


Part: TypeAlias = Text | Refusal | Image | Thinking | ToolCall | ToolResult


@dataclass(frozen=True, slots=True)
class Turn:
    """One message. `role` is system, developer, user or assistant; `path` names it in the request."""

    role: str
    parts: tuple[Part, ...]
    path: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may call; `parameters` is a JSON schema."""

    name: str
    description: str | None = None
    parameters: JsonObject | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """`mode` is auto, none, required or function; `name` is that of the function."""

    mode: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """The answer is JSON. `schema` None: any object."""

    schema: JsonObject | None
    name: str | None = None
    description: str | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A request.

    Attributes:
        parallel: whether the model may call several tools at once.
        effort: how much it thinks: none, minimal, low, medium, high, xhigh or max.
        budget: the same in tokens.
        left_out: fields that change no answer and that the other protocol has no word for.
    """

    turns: tuple[Turn, ...]
    tools: tuple[Tool, ...] = ()
    choice: Choice | None = None
    parallel: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    effort: str | None = None
    budget: int | None = None
    format: Format | None = None
    verbosity: str | None = None
    user: str | None = None
    stream: bool = False
    left_out: set[str] = field(default_factory=set[str], compare=False)
