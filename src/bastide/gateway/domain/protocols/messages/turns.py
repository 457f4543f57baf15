"""Messages of Anthropic's protocol: who says what."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from bastide.gateway.domain.errors import BodyError
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
from bastide.gateway.domain.protocols.json import decoded
from bastide.kit.json import Json, JsonObject

_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+);base64,", re.ASCII)


def read_turn(message: Fields) -> Turn:
    role = message.required_text("role")
    if role not in {"user", "assistant", "system"}:
        raise message.refuse("role")
    parts = tuple(read_content(message, "content"))
    message.end()
    return Turn(role, parts, message.path)


def read_content(fields: Fields, name: str) -> Iterator[Part]:
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
    for part in read_content(block, "content"):
        if not isinstance(part, Text | Image):
            raise block.refuse("content")
        parts.append(part)
    return ToolResult(block.required_text("tool_use_id"), tuple(parts), bool(block.flag("is_error")))


def write_turns(turns: Sequence[Turn], left_out: set[str]) -> Iterator[Json]:
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
            yield {"role": role, "content": write_content([*results, *rest])}


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


def write_content(parts: Sequence[Part]) -> Json:
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
            result |= {"content": write_content(parts)} if parts else {}
            return result | ({"is_error": True} if failed else {})


def _source(url: str) -> JsonObject:
    if (head := _DATA.match(url)) is None:
        return {"type": "url", "url": url}
    return {"type": "base64", "media_type": head[1], "data": url[head.end() :]}
