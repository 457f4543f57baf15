"""Requests of Anthropic's messages.

https://docs.anthropic.com/en/api/messages
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from bastide.gateway.domain.errors import BodyError
from bastide.gateway.domain.protocols.conversation import (
    Choice,
    Conversation,
    Format,
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
)
from bastide.gateway.domain.protocols.fields import Fields, untranslatable
from bastide.gateway.domain.protocols.json import decoded, joined, present
from bastide.kit.json import Json, JsonObject

_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,", re.ASCII)
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
    system = tuple(_content(fields, "system"))
    effort, budget = _thinking(fields.fields("thinking"))
    choice, parallel = _choice(fields.fields("tool_choice"))
    conversation = Conversation(
        turns=(*([Turn("system", system, "system")] if system else []), *map(_turn, fields.each("messages"))),
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


def _turn(message: Fields) -> Turn:
    role = message.required_text("role")
    if role not in {"user", "assistant", "system"}:
        raise message.refuse("role")
    parts = tuple(_content(message, "content"))
    message.end()
    return Turn(role, parts, message.path)


def _content(fields: Fields, name: str) -> Iterator[Part]:
    content = fields.take(name)
    if isinstance(content, str):
        if content:
            yield Text(content)
        return
    holder = Fields({name: content}, fields.path, fields.left_out)
    for block in holder.each(name):
        block.hint("cache_control")
        yield _part(block)
        block.end()


def _part(block: Fields) -> Part:
    match block.required_text("type"):
        case "text":
            block.hint("citations")
            return Text(block.required_text("text"))
        case "image":
            return _image(block)
        case "tool_use":
            block.neutral("caller", {"type": "direct"})
            arguments = msgspec.json.encode(block.object("input") or {}).decode()
            return ToolCall(block.required_text("id"), block.required_text("name"), arguments)
        case "tool_result":
            return _result(block)
        case "thinking":
            return Thinking(block.text("thinking") or "", block.text("signature") or None)
        case "redacted_thinking":
            return Thinking("", block.text("data"), redacted=True)
        case _:
            raise block.refuse("type")


def _image(block: Fields) -> Image:
    source = block.fields("source")
    if source is None:
        raise BodyError(f"{block.name('source')!r} is missing.", param=block.name("source"))
    match source.required_text("type"):
        case "base64":
            url = f"data:{source.required_text('media_type')};base64,{source.required_text('data')}"
        case "url":
            url = source.required_text("url")
        case _:
            raise source.refuse("type")
    source.end()
    return Image(url)


def _result(block: Fields) -> ToolResult:
    parts: list[Text | Image] = []
    for part in _content(block, "content"):
        if not isinstance(part, Text | Image):
            raise block.refuse("content")
        parts.append(part)
    return ToolResult(block.required_text("tool_use_id"), tuple(parts), bool(block.flag("is_error")))


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
        body["system"] = _written_content(system)
    body["messages"] = list(_messages(asked.turns[leading:], asked.left_out))
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


def _messages(turns: Sequence[Turn], left_out: set[str]) -> Iterator[Json]:
    """Turns of one role are one message; results of tools come first in it."""
    index = 0
    while index < len(turns):
        role = "system" if turns[index].role == "developer" else turns[index].role
        blocks: list[Part] = []
        while (
            index < len(turns)
            and ("system" if turns[index].role == "developer" else turns[index].role) == role
        ):
            blocks += _expressible(turns[index], left_out)
            index += 1
        results = [part for part in blocks if isinstance(part, ToolResult)]
        rest = [part for part in blocks if not isinstance(part, ToolResult)]
        if blocks:
            yield {"role": role, "content": _written_content([*results, *rest])}


def _expressible(turn: Turn, left_out: set[str]) -> Iterator[Part]:
    for part in turn.parts:
        if isinstance(part, Thinking) and part.signature is None:
            left_out.add(f"{turn.path}.reasoning")
            continue
        if isinstance(part, Image) and part.detail not in {None, "auto"}:
            left_out.add(f"{turn.path}.detail")
        if isinstance(part, ToolCall):
            _arguments(part, turn.path)
        yield part


def _arguments(call: ToolCall, path: str) -> JsonObject:
    """Raises BodyError: not a JSON object."""
    try:
        return decoded(call.arguments or "{}")
    except msgspec.DecodeError as error:
        raise BodyError(f"{path}: the arguments of {call.id!r} are no JSON object.", param=path) from error


def _written_content(parts: Sequence[Part]) -> Json:
    """A text alone stays a string."""
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [_written(part) for part in parts]


def _written(part: Part) -> Json:
    match part:
        case Text(text=text) | Refusal(text=text):
            return {"type": "text", "text": text}
        case Image(url=url):
            return {"type": "image", "source": _source(url)}
        case Thinking(text=text, signature=signature, redacted=redacted):
            if redacted:
                return {"type": "redacted_thinking", "data": signature}
            return {"type": "thinking", "thinking": text, "signature": signature}
        case ToolCall(id=call_id, name=name):
            return {"type": "tool_use", "id": call_id, "name": name, "input": _arguments(part, "")}
        case ToolResult(id=call_id, parts=parts, failed=failed):
            result: JsonObject = {"type": "tool_result", "tool_use_id": call_id}
            result |= {"content": _written_content(parts)} if parts else {}
            return result | ({"is_error": True} if failed else {})


def _source(url: str) -> JsonObject:
    if (head := _DATA.match(url)) is None:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": head[1], "data": url[head.end() :]}


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
