"""Requests of OpenAI's responses, as far as they need no memory at the provider.

https://platform.openai.com/docs/api-reference/responses/create
"""

import hashlib
from collections.abc import Iterator, Sequence

from bastide.gateway.domain.protocols.chat.request import effort_of
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
from bastide.gateway.domain.protocols.json import joined, present
from bastide.kit.json import Json, JsonObject

ENCRYPTED = "reasoning.encrypted_content"
REDACTED = "redacted:"
"""Begins the encrypted content of thoughts that Anthropic hides, so that they find their way back."""
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
    fields.neutral("include", [], [ENCRYPTED])
    instructions = fields.text("instructions")
    text = fields.fields("text")
    reasoning = fields.fields("reasoning")
    user, safety = fields.text("user"), fields.text("safety_identifier")
    before = [Turn("developer", (Text(instructions),), "instructions")] if instructions else []
    conversation = Conversation(
        turns=(*before, *_merged(_turns(fields))),
        tools=tuple(_tool(each) for each in fields.each("tools")),
        choice=_choice(fields),
        parallel=fields.flag("parallel_tool_calls"),
        max_tokens=fields.integer("max_output_tokens"),
        temperature=fields.number("temperature"),
        top_p=fields.number("top_p"),
        effort=reasoning.text("effort") if reasoning else None,
        format=_format(text.fields("format")) if text else None,
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


def _turns(fields: Fields) -> Iterator[Turn]:
    value = fields.take("input")
    if isinstance(value, str):
        yield Turn("user", (Text(value),), "input")
        return
    holder = Fields({"input": value}, "", fields.left_out)
    for item in holder.each("input"):
        yield _turn(item)
        item.end()


def _turn(item: Fields) -> Turn:
    item.take("status")
    match item.text("type") or "message":
        case "message":
            item.take("id")
            item.hint("phase")
            role = item.required_text("role")
            if role not in {"system", "developer", "user", "assistant"}:
                raise item.refuse("role")
            return Turn(role, tuple(_content(item, "content")), item.path)
        case "function_call":
            item.take("id")
            item.neutral("caller", {"type": "direct"})
            call = ToolCall(
                item.required_text("call_id"), item.required_text("name"), item.text("arguments") or ""
            )
            return Turn("assistant", (call,), item.path)
        case "function_call_output":
            item.take("id")
            return Turn("user", (_result(item),), item.path)
        case "reasoning":
            item.take("id")
            return Turn("assistant", (_reasoning(item),), item.path)
        case _:
            raise item.refuse("type")


def _merged(turns: Iterator[Turn]) -> Iterator[Turn]:
    """Items of one answer are one turn, and so are the results of tools called at once."""
    before: Turn | None = None
    for turn in turns:
        if before and _continues(before, turn):
            before = Turn(before.role, (*before.parts, *turn.parts), before.path)
            continue
        if before:
            yield before
        before = turn
    if before:
        yield before


def _continues(before: Turn, turn: Turn) -> bool:
    if before.role == "assistant":
        return turn.role == "assistant"
    return all(isinstance(part, ToolResult) for part in (*before.parts, *turn.parts))


def _content(item: Fields, name: str) -> Iterator[Part]:
    content = item.take(name)
    if isinstance(content, str):
        if content:
            yield Text(content)
        return
    holder = Fields({name: content}, item.path, item.left_out)
    for part in holder.each(name):
        kind = part.required_text("type")
        if kind in {"input_text", "output_text", "text"}:
            part.take("annotations")
            part.take("logprobs")
            yield Text(part.required_text("text"))
        elif kind == "refusal":
            yield Refusal(part.required_text("refusal"))
        elif kind == "input_image":
            detail = part.text("detail")
            yield Image(part.required_text("image_url"), None if detail == "auto" else detail)
        else:
            raise part.refuse("type")
        part.end()


def _result(item: Fields) -> ToolResult:
    parts: list[Text | Image] = []
    for part in _content(item, "output"):
        if not isinstance(part, Text | Image):
            raise item.refuse("output")
        parts.append(part)
    return ToolResult(item.required_text("call_id"), tuple(parts))


def _reasoning(item: Fields) -> Thinking:
    texts = [part.text("text") or "" for name in ("summary", "content") for part in item.each(name)]
    signature = item.text("encrypted_content")
    if signature and signature.startswith(REDACTED):
        return Thinking("", signature.removeprefix(REDACTED), redacted=True)
    return Thinking("\n\n".join(texts), signature)


def _tool(tool: Fields) -> Tool:
    if tool.text("type") != "function":
        raise tool.refuse("type")
    found = Tool(
        tool.required_text("name"), tool.text("description"), tool.object("parameters"), tool.flag("strict")
    )
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
    if choice.text("type") != "function":
        raise choice.refuse("type")
    return Choice("function", choice.required_text("name"))


def _format(fields: Fields | None) -> Format | None:
    kind = "text" if fields is None else fields.text("type")
    if fields is None or kind == "text":
        return None
    if kind == "json_object":
        return Format(None)
    if kind != "json_schema":
        raise fields.refuse("type")
    return Format(
        fields.object("schema") or {}, fields.text("name"), fields.text("description"), fields.flag("strict")
    )


def write_responses(conversation: Conversation, model: str) -> JsonObject:
    """Nothing is stored at the provider. Raises UntranslatableError."""
    asked = conversation
    if asked.stop:
        raise untranslatable("stop")
    if asked.top_k is not None:
        raise untranslatable("top_k")
    items = list(_items(asked.turns, asked.left_out))
    body: JsonObject = {"model": model, "input": items, "store": False}
    if asked.tools:
        body["tools"] = [_written_tool(tool) for tool in asked.tools]
    if asked.choice is not None:
        body["tool_choice"] = (
            {"type": "function", "name": asked.choice.name}
            if asked.choice.mode == "function"
            else asked.choice.mode
        )
    if effort := effort_of(asked):
        body["reasoning"] = {"effort": effort, "summary": "auto"}
        body["include"] = [ENCRYPTED]
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
    if asked.format is None:
        return text
    if asked.format.schema is None:
        return joined(text, {"format": {"type": "json_object"}})
    wanted: JsonObject = {
        "type": "json_schema",
        "name": asked.format.name or "answer",
        "schema": asked.format.schema,
        "description": asked.format.description,
        "strict": asked.format.strict,
    }
    return joined(text, {"format": present(wanted)})


def _items(turns: Sequence[Turn], left_out: set[str]) -> Iterator[Json]:
    for turn in turns:
        said: list[Part] = []
        for part in turn.parts:
            if isinstance(part, Text | Image | Refusal):
                said.append(part)
                continue
            if said:
                yield _message(turn.role, said)
                said = []
            yield from _item(part, turn, left_out)
        if said:
            yield _message(turn.role, said)


def _item(part: Part, turn: Turn, left_out: set[str]) -> Iterator[Json]:
    match part:
        case ToolCall(id=call_id, name=name, arguments=arguments):
            yield {"type": "function_call", "call_id": call_id, "name": name, "arguments": arguments or "{}"}
        case ToolResult(id=call_id, parts=parts, failed=failed):
            if failed:
                left_out.add(f"{turn.path}.is_error")
            output = _written_content(parts, "input_text") if parts else ""
            yield {"type": "function_call_output", "call_id": call_id, "output": output}
        case Thinking(signature=None):
            left_out.add(f"{turn.path}.reasoning")
        case Thinking():
            yield reasoning_item(part)
        case _:
            pass


def reasoning_item(part: Thinking) -> JsonObject:
    """Its id is that of its signature: the provider does not store it."""
    encrypted = f"{REDACTED}{part.signature}" if part.redacted else part.signature
    summary: list[Json] = [{"type": "summary_text", "text": part.text}] if part.text else []
    name = hashlib.sha256((encrypted or part.text).encode()).hexdigest()[:40]
    item: JsonObject = {"type": "reasoning", "id": f"rs_{name}", "summary": summary}
    return item | ({} if encrypted is None else {"encrypted_content": encrypted})


def _message(role: str, parts: Sequence[Part]) -> JsonObject:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": _written_content(parts, kind)}


def _written_content(parts: Sequence[Part], kind: str) -> Json:
    if len(parts) == 1 and isinstance(parts[0], Text):
        return parts[0].text
    return [_written(part, kind) for part in parts]


def _written(part: Part, kind: str) -> Json:
    if isinstance(part, Image):
        return {"type": "input_image", "image_url": part.url, "detail": part.detail or "auto"}
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    return {"type": kind, "text": part.text if isinstance(part, Text) else ""}


def _written_tool(tool: Tool) -> JsonObject:
    found: JsonObject = {
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters or {"type": "object", "properties": {}},
        "strict": bool(tool.strict),  # without it, it would be
    }
    return present(found)
