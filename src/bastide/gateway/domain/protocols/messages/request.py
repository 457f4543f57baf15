"""Requests of Anthropic's messages.

https://docs.anthropic.com/en/api/messages
"""

from bastide.gateway.domain.protocols.conversation import Choice, Conversation, Format, Tool, Turn
from bastide.gateway.domain.protocols.fields import Fields, untranslatable
from bastide.gateway.domain.protocols.json import joined, present
from bastide.gateway.domain.protocols.messages.turns import (
    read_content,
    read_turn,
    write_content,
    write_turns,
)
from bastide.kit.json import JsonObject

_MODES = {"auto": "auto", "none": "none", "any": "required", "tool": "function"}
_WORDS = {"auto": "auto", "none": "none", "required": "any", "function": "tool"}


def read_messages(body: JsonObject) -> Conversation:
    """Raises BodyError, UntranslatableError."""
    fields = Fields(body, "", set())
    for name in ("model", "bastide"):
        fields.take(name)
    fields.hint("cache_control", "service_tier")
    fields.neutral("speed", "standard")
    metadata = fields.fields("metadata")
    output = fields.fields("output_config")
    system = tuple(read_content(fields, "system"))
    leading = [Turn("system", system, "system")] if system else []
    effort, budget = _thinking(fields.fields("thinking"))
    choice, parallel = _choice(fields.fields("tool_choice"))
    conversation = Conversation(
        turns=(*leading, *map(read_turn, fields.each("messages"))),
        tools=tuple(_tool(each) for each in fields.each("tools")),
        choice=choice,
        parallel=parallel,
        max_tokens=fields.integer("max_tokens"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.integer("top_k"),
        stop=tuple(str(each) for each in fields.items("stop_sequences")),
        effort=(output.text("effort") if output else None) or effort,
        budget=budget,
        format=_format(output.fields("format") if output else fields.fields("output_format")),
        user=metadata.text("user_id") if metadata else None,
        stream=bool(fields.flag("stream")),
        left_out=fields.left_out,
    )
    for each in (metadata, output, fields):
        if each is not None:
            each.end()
    return conversation


def _tool(tool: Fields) -> Tool:
    if tool.text("type") not in {None, "custom"}:
        raise tool.refuse("type")
    tool.hint("cache_control", "eager_input_streaming")
    tool.neutral("allowed_callers", ["direct"])
    tool.neutral("defer_loading", False)  # noqa: FBT003  # the value, not an option
    found = Tool(
        tool.required_text("name"), tool.text("description"), tool.object("input_schema"), tool.flag("strict")
    )
    tool.end()
    return found


def _choice(fields: Fields | None) -> tuple[Choice | None, bool | None]:
    if fields is None:
        return None, None
    disabled = fields.flag("disable_parallel_tool_use")
    mode = _MODES.get(fields.required_text("type"))
    if mode is None:
        raise fields.refuse("type")
    choice = Choice(mode, fields.required_text("name") if mode == "function" else None)
    fields.end()
    return choice, None if disabled is None else not disabled


def _thinking(fields: Fields | None) -> tuple[str | None, int | None]:
    """Effort and budget."""
    if fields is None:
        return None, None
    fields.neutral("display", "summarized")
    fields.hint("display")
    kind = fields.required_text("type")
    budget = fields.integer("budget_tokens")
    fields.end()
    if kind == "enabled":
        return None, budget
    return ("high" if kind == "adaptive" else None), None


def _format(fields: Fields | None) -> Format | None:
    if fields is None:
        return None
    if fields.text("type") != "json_schema":
        raise fields.refuse("type")
    return Format(fields.object("schema") or {})


def write_messages(conversation: Conversation, model: str, max_tokens: int) -> JsonObject:
    """`max_tokens` where the request bounds nothing: this protocol must. Raises UntranslatableError."""
    asked = conversation
    _check(asked)
    leading = 0
    while leading < len(asked.turns) and asked.turns[leading].role in {"system", "developer"}:
        leading += 1
    system = [part for turn in asked.turns[:leading] for part in turn.parts]
    body: JsonObject = {"model": model, "max_tokens": asked.max_tokens or max_tokens}
    if system:
        body["system"] = write_content(system)
    body["messages"] = list(write_turns(asked.turns[leading:], asked.left_out))
    if asked.tools:
        body["tools"] = [_written_tool(tool) for tool in asked.tools]
        body |= _written_choice(asked.choice, asked.parallel)
    body.update(_written_thinking(asked))
    optional: JsonObject = {
        "temperature": asked.temperature,
        "top_p": asked.top_p,
        "top_k": asked.top_k,
        "stop_sequences": list(asked.stop) or None,
        "metadata": {"user_id": asked.user} if asked.user else None,
        "stream": asked.stream or None,
    }
    return joined(body, present(optional))


def _check(asked: Conversation) -> None:
    """What this protocol has no word for."""
    if asked.temperature is not None and asked.temperature > 1:
        raise untranslatable("temperature")
    if asked.verbosity not in {None, "medium"}:
        raise untranslatable("verbosity")
    if asked.format is not None and asked.format.schema is None:
        raise untranslatable("response_format")


def _written_tool(tool: Tool) -> JsonObject:
    found: JsonObject = {"name": tool.name, "input_schema": tool.parameters or {"type": "object"}}
    found |= {} if tool.description is None else {"description": tool.description}
    return found | ({} if tool.strict is None else {"strict": tool.strict})


def _written_choice(choice: Choice | None, parallel: bool | None) -> JsonObject:  # noqa: FBT001  # of the request
    if choice is None and parallel is None:
        return {}
    choice = choice or Choice("auto")
    found: JsonObject = {"type": _WORDS[choice.mode]}
    found |= {"name": choice.name} if choice.name else {}
    if parallel is not None and choice.mode != "none":
        found["disable_parallel_tool_use"] = not parallel
    return {"tool_choice": found}


def _written_thinking(asked: Conversation) -> JsonObject:
    body: JsonObject = {}
    output: JsonObject = {}
    if asked.budget is not None:
        body["thinking"] = {"type": "enabled", "budget_tokens": asked.budget}
    elif asked.effort == "none":
        body["thinking"] = {"type": "disabled"}
    elif asked.effort is not None:
        body["thinking"] = {"type": "adaptive"}
        output["effort"] = "low" if asked.effort == "minimal" else asked.effort
    if asked.format is not None:
        output["format"] = {"type": "json_schema", "schema": asked.format.schema}
    if output:
        body["output_config"] = output
    return body
