"""Requests of OpenAI's chat completions.

https://platform.openai.com/docs/api-reference/chat/create
"""

from bastide.gateway.domain.protocols.chat.turns import read_turns, write_turns
from bastide.gateway.domain.protocols.conversation import Conversation, Tool
from bastide.gateway.domain.protocols.fields import Fields
from bastide.gateway.domain.protocols.json import present
from bastide.gateway.domain.protocols.openai import (
    effort_of,
    read_choice,
    read_format,
    write_choice,
    write_format,
)
from bastide.kit.json import JsonObject

_HINTS = ("metadata", "store", "service_tier", "prompt_cache_key", "prompt_cache_retention")


def read_chat(body: JsonObject) -> Conversation:
    """Raises BodyError, UntranslatableError."""
    fields = Fields(body, "", set())
    for name in ("model", "stream_options", "bastide"):
        fields.take(name)
    fields.hint(*_HINTS)
    _require_plain(fields)
    user, safety = fields.text("user"), fields.text("safety_identifier")
    newer, older = fields.integer("max_completion_tokens"), fields.integer("max_tokens")
    conversation = Conversation(
        turns=tuple(read_turns(fields.each("messages"))),
        tools=tuple(_tool(each) for each in fields.each("tools")),
        choice=read_choice(fields, "function"),
        parallel=fields.flag("parallel_tool_calls"),
        max_tokens=older if newer is None else newer,
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.integer("top_k"),
        stop=_stop(fields),
        effort=fields.text("reasoning_effort"),
        format=read_format(fields.fields("response_format"), "json_schema"),
        verbosity=fields.text("verbosity"),
        user=safety or user,
        stream=bool(fields.flag("stream")),
        left_out=fields.left_out,
    )
    fields.end()
    return conversation


def _require_plain(fields: Fields) -> None:
    """Options that only chat completions have are understood at their defaults."""
    fields.neutral("n", 1)
    fields.neutral("logprobs", False)  # noqa: FBT003  # the value, not an option
    fields.neutral("logit_bias", {})
    fields.neutral("modalities", ["text"])
    fields.neutral("frequency_penalty", 0)
    fields.neutral("presence_penalty", 0)


def _stop(fields: Fields) -> tuple[str, ...]:
    value = fields.take("stop")
    found = [value] if isinstance(value, str) else value or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise fields.refuse("stop")
    return tuple(each for each in found if isinstance(each, str))


def _tool(tool: Fields) -> Tool:
    tool.hint("cache_control")
    function = tool.fields("function")
    if tool.text("type") != "function" or function is None:
        raise tool.refuse("type")
    found = Tool(
        function.required_text("name"),
        function.text("description"),
        function.object("parameters"),
        function.flag("strict"),
    )
    function.end()
    tool.end()
    return found


def write_chat(conversation: Conversation, model: str) -> JsonObject:
    """Raises UntranslatableError."""
    asked = conversation
    body: JsonObject = {"model": model, "messages": list(write_turns(asked))}
    if asked.tools:
        body["tools"] = [_written_tool(tool) for tool in asked.tools]
    if asked.choice is not None:
        body["tool_choice"] = write_choice(asked.choice, "function")
    if asked.format is not None:
        body["response_format"] = write_format(asked.format, "json_schema")
    optional: JsonObject = {
        "parallel_tool_calls": asked.parallel if asked.tools else None,
        "max_completion_tokens": asked.max_tokens,
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "top_k": asked.top_k,
        "stop": list(asked.stop) or None,
        "reasoning_effort": effort_of(asked),
        "verbosity": asked.verbosity,
        "user": asked.user,
    }
    body.update(present(optional))
    if asked.stream:
        body["stream"] = True
        body["stream_options"] = {"include_usage": True}
    return body


def _written_tool(tool: Tool) -> JsonObject:
    found: JsonObject = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": tool.strict,
    }
    return {"type": "function", "function": present(found)}
