"""The three protocols in which a conversation is held, and the way from one to another."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from bastide.gateway.domain.errors import BodyError, UntranslatableError
from bastide.gateway.domain.protocols.chat import reader as chat_reader
from bastide.gateway.domain.protocols.chat import writer as chat_writer
from bastide.gateway.domain.protocols.chat.request import read_chat, write_chat
from bastide.gateway.domain.protocols.conversation import (
    Conversation,
    Image,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from bastide.gateway.domain.protocols.events import Event
from bastide.gateway.domain.protocols.fields import untranslatable
from bastide.gateway.domain.protocols.messages import reader as messages_reader
from bastide.gateway.domain.protocols.messages import writer as messages_writer
from bastide.gateway.domain.protocols.messages.request import read_messages, write_messages
from bastide.gateway.domain.protocols.responses import reader as responses_reader
from bastide.gateway.domain.protocols.responses import writer as responses_writer
from bastide.gateway.domain.protocols.responses.request import read_responses, write_responses
from bastide.gateway.domain.protocols.stamp import Stamp
from bastide.kit.json import JsonObject


class Dialect(StrEnum):
    """The value is the path below `/v1/`, as in `Operation`."""

    CHAT = "chat/completions"
    MESSAGES = "messages"
    RESPONSES = "responses"


class StreamReader(Protocol):
    """Events of a provider's stream in, events out; `done` once the answer was whole."""

    done: bool

    def read(self, data: bytes) -> list[Event]:
        """Raises UpstreamBrokenError: an error of the provider's, or what is no event."""
        ...


class StreamWriter(Protocol):
    """Events in, bytes for the client out."""

    def write(self, event: Event) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Language:
    """How a dialect is read and written."""

    read: Callable[[JsonObject], Conversation]
    write: Callable[[Conversation, str, int], JsonObject]
    read_whole: Callable[[bytes], list[Event]]
    write_whole: Callable[[Iterable[Event], Stamp], JsonObject]
    reader: Callable[[], StreamReader]
    writer: Callable[[Stamp], StreamWriter]


LANGUAGES: Mapping[Dialect, Language] = MappingProxyType(
    {
        Dialect.CHAT: Language(
            read_chat,
            lambda conversation, model, _: write_chat(conversation, model),
            chat_reader.read_whole,
            chat_writer.write_whole,
            chat_reader.ChatReader,
            chat_writer.ChatWriter,
        ),
        Dialect.MESSAGES: Language(
            read_messages,
            write_messages,
            messages_reader.read_whole,
            messages_writer.write_whole,
            messages_reader.MessagesReader,
            messages_writer.MessagesWriter,
        ),
        Dialect.RESPONSES: Language(
            read_responses,
            lambda conversation, model, _: write_responses(conversation, model),
            responses_reader.read_whole,
            responses_writer.write_whole,
            responses_reader.ResponsesReader,
            responses_writer.ResponsesWriter,
        ),
    }
)
_SAID: Mapping[str, tuple[type, ...]] = MappingProxyType(
    {
        "system": (Text,),
        "developer": (Text,),
        "user": (Text, Image, ToolResult),
        "assistant": (Text, Refusal, Thinking, ToolCall),
    }
)
"""What each role can say."""
_NAMES: Mapping[str, Mapping[Dialect, str]] = MappingProxyType(
    {
        "stop": {Dialect.MESSAGES: "stop_sequences"},
        "response_format": {Dialect.MESSAGES: "output_config.format", Dialect.RESPONSES: "text.format"},
        "verbosity": {Dialect.RESPONSES: "text.verbosity"},
    }
)


def translated(
    asked: JsonObject, spoken: Dialect, understood: Dialect, model: str, max_tokens: int
) -> tuple[JsonObject, set[str]]:
    """A request in the dialect that the provider understands, and the names of hints that got lost.

    `model` is its name there; `max_tokens` holds where the request sets no bound and the provider wants one.

    Raises:
        BodyError: the request is wrong in its own dialect.
        UntranslatableError: the other one cannot say it; `param` is the client's word for it.
    """
    conversation = LANGUAGES[spoken].read(asked)
    if not conversation.turns:
        field = "input" if spoken is Dialect.RESPONSES else "messages"
        raise BodyError(f"{field!r} is missing.", param=field)
    for turn in conversation.turns:
        if not all(isinstance(part, _SAID[turn.role]) for part in turn.parts):
            raise untranslatable(turn.path)
    try:
        body = LANGUAGES[understood].write(conversation, model, max_tokens)
    except UntranslatableError as error:
        param = str(error.details["param"])
        name = _NAMES.get(param, {}).get(spoken, param)
        raise UntranslatableError(error.message.replace(param, name), param=name) from error
    return body, conversation.left_out
