"""Items of OpenAI's responses: messages, calls of tools, their results, and thoughts."""

import hashlib
from collections.abc import Iterator, Sequence

from bastide.gateway.domain.protocols.conversation import (
    Image,
    Part,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
)
from bastide.gateway.domain.protocols.fields import Fields
from bastide.gateway.domain.protocols.openai import merged
from bastide.kit.json import Json, JsonObject

REDACTED = "redacted:"
"""Begins the encrypted content of thoughts that Anthropic hides, so that they find their way back."""


def read_turns(fields: Fields) -> Iterator[Turn]:
    """Items of one answer are one turn, and so are the results of tools called at once."""
    return merged(_turns(fields), _continues)


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


def write_turns(turns: Sequence[Turn], left_out: set[str]) -> Iterator[Json]:
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
