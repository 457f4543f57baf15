"""Messages of OpenAI's chat completions: who says what."""

from collections.abc import Iterator, Sequence

from bastide.gateway.domain.protocols.conversation import (
    Conversation,
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
)
from bastide.gateway.domain.protocols.fields import Fields, untranslatable
from bastide.gateway.domain.protocols.json import present
from bastide.gateway.domain.protocols.openai import merged
from bastide.kit.json import Json, JsonObject


def read_turns(messages: Iterator[Fields]) -> Iterator[Turn]:
    """Results of tools called at once are one turn."""
    return merged(map(_turn, messages), _both_results)


def _both_results(before: Turn, turn: Turn) -> bool:
    return _only_results(before) and _only_results(turn)


def _only_results(turn: Turn) -> bool:
    return bool(turn.parts) and all(isinstance(part, ToolResult) for part in turn.parts)


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


def write_turns(conversation: Conversation) -> Iterator[Json]:
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
