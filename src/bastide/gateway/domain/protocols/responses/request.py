"""Requests of OpenAI's responses, as far as they need no memory at the provider.

https://platform.openai.com/docs/api-reference/responses/create
"""

from bastide.gateway.domain.protocols.conversation import Conversation, Text, Tool, Turn
from bastide.gateway.domain.protocols.fields import Fields, untranslatable
from bastide.gateway.domain.protocols.json import joined, present
from bastide.gateway.domain.protocols.openai import (
    effort_of,
    read_choice,
    read_format,
    write_choice,
    write_format,
)
from bastide.gateway.domain.protocols.responses.turns import read_turns, write_turns
from bastide.kit.json import JsonObject

_ENCRYPTED = "reasoning.encrypted_content"
_HINTS = ("metadata", "service_tier", "prompt_cache_key", "prompt_cache_retention", "stream_options")


def read_responses(body: JsonObject) -> Conversation:
    """Raises BodyError, UntranslatableError: what refers to something stored, for one."""
    fields = Fields(body, "", set())
    for name in ("model", "bastide"):
        fields.take(name)
    fields.hint(*_HINTS)
    fields.neutral("store", False)  # noqa: FBT003  # the value, not an option
    fields.hint("store")
    fields.neutral("background", False)  # noqa: FBT003
    fields.neutral("truncation", "disabled")
    fields.neutral("top_logprobs", 0)
    fields.neutral("include", [], [_ENCRYPTED])
    instructions = fields.text("instructions")
    text = fields.fields("text")
    reasoning = fields.fields("reasoning")
    user, safety = fields.text("user"), fields.text("safety_identifier")
    before = [Turn("developer", (Text(instructions),), "instructions")] if instructions else []
    conversation = Conversation(
        turns=(*before, *read_turns(fields)),
        tools=tuple(_tool(each) for each in fields.each("tools")),
        choice=read_choice(fields),
        parallel=fields.flag("parallel_tool_calls"),
        max_tokens=fields.integer("max_output_tokens"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        effort=reasoning.text("effort") if reasoning else None,
        format=read_format(text.fields("format")) if text else None,
        verbosity=text.text("verbosity") if text else None,
        user=safety or user,
        stream=bool(fields.flag("stream")),
        left_out=fields.left_out,
    )
    if reasoning:
        reasoning.hint("summary", "generate_summary")
    for each in (text, reasoning, fields):
        if each is not None:
            each.end()
    return conversation


def _tool(tool: Fields) -> Tool:
    if tool.text("type") != "function":
        raise tool.refuse("type")
    found = Tool(
        tool.required_text("name"), tool.text("description"), tool.object("parameters"), tool.flag("strict")
    )
    tool.end()
    return found


def write_responses(conversation: Conversation, model: str) -> JsonObject:
    """Nothing is stored at the provider. Raises UntranslatableError."""
    asked = conversation
    if asked.stop:
        raise untranslatable("stop")
    if asked.top_k is not None:
        raise untranslatable("top_k")
    items = list(write_turns(asked.turns, asked.left_out))
    body: JsonObject = {"model": model, "input": items, "store": False}
    if asked.tools:
        body["tools"] = [_written_tool(tool) for tool in asked.tools]
    if asked.choice is not None:
        body["tool_choice"] = write_choice(asked.choice)
    if effort := effort_of(asked):
        body["reasoning"] = {"effort": effort, "summary": "auto"}
        body["include"] = [_ENCRYPTED]
    if text := _written_text(asked):
        body["text"] = text
    optional: JsonObject = {
        "parallel_tool_calls": asked.parallel if asked.tools else None,
        "max_output_tokens": asked.max_tokens,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "user": asked.user,
        "stream": asked.stream or None,
    }
    return joined(body, present(optional))


def _written_text(asked: Conversation) -> JsonObject:
    text: JsonObject = {} if asked.verbosity is None else {"verbosity": asked.verbosity}
    return text if asked.format is None else joined(text, {"format": write_format(asked.format)})


def _written_tool(tool: Tool) -> JsonObject:
    found: JsonObject = {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters or {"type": "object", "properties": {}},
        "strict": bool(tool.strict),  # without it, it would be
    }
    return present(found)
