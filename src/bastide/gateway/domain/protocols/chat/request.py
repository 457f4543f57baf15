"""Requests of OpenAI's chat completions.

https://platform.openai.com/docs/api-reference/chat/create
"""

from collections.abc import Iterator, Sequence

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
from bastide.gateway.domain.protocols.json import present
from bastide.kit.json import Json, JsonObject

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
        turns=tuple(_merged(_turn(each) for each in fields.each("messages"))),
        tools=tuple(_tool(each) for each in fields.each("tools")),
        choice=_choice(fields),
        parallel=fields.flag("parallel_tool_calls"),
        max_tokens=older if newer is None else newer,
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        top_k=fields.integer("top_k"),
        stop=_stop(fields),
        effort=fields.text("reasoning_effort"),
        format=_format(fields.fields("response_format")),
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


def _turn(message: Fields) -> Turn:
    role = message.required_text("role")
    if role == "tool":
        message.hint("name")
        parts: list[Part] = [ToolResult(message.required_text("tool_call_id"), tuple(_result(message)))]
    elif role == "assistant":
        parts = list(_spoken(message))
    elif role in {"system", "developer", "user"}:
        parts = list(_content(message))
    else:
        raise message.refuse("role")
    message.end()
    return Turn({"tool": "user"}.get(role, role), tuple(parts), message.path)


def _merged(turns: Iterator[Turn]) -> Iterator[Turn]:
    """Results of tools called at once are one turn."""
    before: Turn | None = None
    for turn in turns:
        if before and _only_results(before) and _only_results(turn):
            before = Turn("user", (*before.parts, *turn.parts), before.path)
            continue
        if before:
            yield before
        before = turn
    if before:
        yield before


def _only_results(turn: Turn) -> bool:
    return bool(turn.parts) and all(isinstance(part, ToolResult) for part in turn.parts)


def _spoken(message: Fields) -> Iterator[Part]:
    message.neutral("audio")
    blocks = list(message.each("thinking_blocks"))
    if not blocks:
        message.hint("reasoning_content", "reasoning")
    message.take("reasoning_content")
    for block in blocks:
        redacted = block.required_text("type") == "redacted_thinking"
        signature = block.text("data") if redacted else block.text("signature")
        yield Thinking(block.text("thinking") or "", signature, redacted)
    yield from _content(message)
    if refusal := message.text("refusal"):
        yield Refusal(refusal)
    for call in message.each("tool_calls"):
        call.take("index")
        function = call.fields("function")
        if call.text("type") not in {None, "function"} or function is None:
            raise call.refuse("type")
        arguments = function.text("arguments") or ""
        yield ToolCall(call.required_text("id"), function.required_text("name"), arguments)


def _result(message: Fields) -> Iterator[Text]:
    for part in _content(message):
        if not isinstance(part, Text):
            raise message.refuse("content")
        yield part


def _content(message: Fields) -> Iterator[Part]:
    content = message.take("content")
    if isinstance(content, str):
        if content:
            yield Text(content)
        return
    message_with = Fields({"content": content}, message.path, message.left_out)
    for part in message_with.each("content"):
        kind = part.required_text("type")
        part.hint("cache_control")
        if kind == "text":
            yield Text(part.required_text("text"))
        elif kind == "refusal":
            yield Refusal(part.required_text("refusal"))
        elif kind == "image_url" and (image := part.fields("image_url")) is not None:
            yield Image(image.required_text("url"), image.text("detail"))
            image.end()
        else:
            raise part.refuse("type")
        part.end()


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


def _choice(fields: Fields) -> Choice | None:
    value = fields.take("tool_choice")
    if value is None:
        return None
    if isinstance(value, str):
        if value not in {"auto", "none", "required"}:
            raise fields.refuse("tool_choice")
        return Choice(value)
    choice = Fields(value, "tool_choice", fields.left_out)
    function = choice.fields("function")
    if choice.text("type") != "function" or function is None:
        raise choice.refuse("type")
    return Choice("function", function.required_text("name"))


def _stop(fields: Fields) -> tuple[str, ...]:
    value = fields.take("stop")
    found = [value] if isinstance(value, str) else value or []
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise fields.refuse("stop")
    return tuple(each for each in found if isinstance(each, str))


def _format(fields: Fields | None) -> Format | None:
    kind = "text" if fields is None else fields.text("type")
    if fields is None or kind == "text":
        return None
    if kind == "json_object":
        return Format(None)
    schema = fields.fields("json_schema")
    if kind != "json_schema" or schema is None:
        raise fields.refuse("type")
    return Format(
        schema.object("schema") or {}, schema.text("name"), schema.text("description"), schema.flag("strict")
    )


def write_chat(conversation: Conversation, model: str) -> JsonObject:
    """Raises UntranslatableError. A budget for thinking becomes the nearest effort."""
    asked = conversation
    body: JsonObject = {"model": model, "messages": list(_messages(asked))}
    if asked.tools:
        body["tools"] = [_written_tool(tool) for tool in asked.tools]
    if asked.choice is not None:
        body["tool_choice"] = (
            {"type": "function", "function": {"name": asked.choice.name}}
            if asked.choice.mode == "function"
            else asked.choice.mode
        )
    if asked.format is not None:
        body["response_format"] = _written_format(asked.format)
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


def effort_of(conversation: Conversation) -> str | None:
    """In OpenAI's words."""
    if conversation.budget is not None:
        return next(
            (word for most, word in ((2048, "low"), (8192, "medium")) if conversation.budget <= most), "high"
        )
    return "xhigh" if conversation.effort == "max" else conversation.effort


def _messages(conversation: Conversation) -> Iterator[Json]:
    for turn in conversation.turns:
        if turn.role == "assistant":
            yield _written_answer(turn, conversation.left_out)
            continue
        results = [part for part in turn.parts if isinstance(part, ToolResult)]
        yield from (_written_result(part, turn, conversation.left_out) for part in results)
        rest = [part for part in turn.parts if not isinstance(part, ToolResult)]
        if rest or not results:
            yield {"role": turn.role, "content": _written_content(rest)}


def _written_answer(turn: Turn, left_out: set[str]) -> JsonObject:
    texts = [part for part in turn.parts if isinstance(part, Text)]
    message: JsonObject = {"role": "assistant", "content": _written_content(texts) if texts else None}
    if any(isinstance(part, Thinking) for part in turn.parts):
        left_out.add(f"{turn.path}.thinking")
    if refusals := [part.text for part in turn.parts if isinstance(part, Refusal)]:
        message["refusal"] = "".join(refusals)
    if calls := [part for part in turn.parts if isinstance(part, ToolCall)]:
        message["tool_calls"] = [written_call(call) for call in calls]
    return message


def written_call(call: ToolCall) -> JsonObject:
    return {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments or "{}"},
    }


def _written_result(result: ToolResult, turn: Turn, left_out: set[str]) -> JsonObject:
    if any(isinstance(part, Image) for part in result.parts):
        raise untranslatable(f"{turn.path}.content")
    if result.failed:
        left_out.add(f"{turn.path}.is_error")
    return {"role": "tool", "tool_call_id": result.id, "content": _written_content(result.parts)}


def _written_content(parts: Sequence[Part]) -> Json:
    """A text alone stays a string."""
    if not parts:
        return ""
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [_written_part(part) for part in parts]


def _written_part(part: Part) -> Json:
    if isinstance(part, Image):
        image = present({"url": part.url, "detail": part.detail})
        return {"type": "image_url", "image_url": image}
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    return {"type": "text", "text": part.text if isinstance(part, Text) else ""}


def _written_tool(tool: Tool) -> JsonObject:
    found: JsonObject = {
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": tool.strict,
    }
    return {"type": "function", "function": present(found)}


def _written_format(wanted: Format) -> JsonObject:
    if wanted.schema is None:
        return {"type": "json_object"}
    schema: JsonObject = {"name": wanted.name or "answer", "schema": wanted.schema}
    schema |= {} if wanted.description is None else {"description": wanted.description}
    schema |= {} if wanted.strict is None else {"strict": wanted.strict}
    return {"type": "json_schema", "json_schema": schema}
