"""A server of ours that speaks Anthropic's messages and refuses what Anthropic refuses.

https://docs.anthropic.com/en/api/messages, …/streaming, …/errors
"""

import json
import re
from typing import Any

from tests.integration.gateway.upstream import Request
from tests.integration.gateway.vendors.scenes import RefusedError, Scene, need, only, refuse, scene_of

KEY = "upstream-key"
_FIELDS = (
    "model max_tokens messages system tools tool_choice stop_sequences stream temperature top_p top_k "
    "metadata thinking output_config service_tier cache_control"
)
_REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "refusal",
}
_ERRORS = {
    400: "invalid_request_error",
    401: "authentication_error",
    404: "not_found_error",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_BLOCKS = {
    "text": "type text cache_control",
    "image": "type source cache_control",
    "tool_use": "type id name input cache_control",
    "tool_result": "type tool_use_id content is_error cache_control",
    "thinking": "type thinking signature",
    "redacted_thinking": "type data",
}


async def anthropic(request: Request) -> None:
    try:
        _authorise(request)
        match request.path:
            case "/v1/models?limit=1000":
                model = {
                    "type": "model",
                    "id": "claude",
                    "display_name": "Claude",
                    "created_at": "2026-01-01",
                }
                request.reply({"data": [model], "has_more": False, "first_id": "claude", "last_id": "claude"})
            case "/v1/messages/count_tokens":
                only(request.json, "model messages system tools tool_choice thinking")
                request.reply({"input_tokens": 17})
            case "/v1/messages":
                _answer(request, request.json)
            case _:
                refuse("Not found", 404)
    except RefusedError as error:
        _told(request, error.message, error.status, **error.more)


def _told(request: Request, message: str, status: int, **headers: str) -> None:
    error = {"type": _ERRORS[status], "message": message}
    request.reply({"type": "error", "error": error, "request_id": "req_1"}, status, **headers)


def _authorise(request: Request) -> None:
    if request.headers.get("x-api-key") != KEY:
        refuse("invalid x-api-key", 401)
    version = request.headers.get("anthropic-version", "")
    need(re.fullmatch(r"\d{4}-\d\d-\d\d", version), "anthropic-version: header is required")
    need("authorization" not in request.headers, "authorization: not both")


def _answer(request: Request, body: dict[str, Any]) -> None:
    _check(body)
    words = _last_words(body)
    if words == "busy":
        refuse("Rate limited", 429, retry_after="7")
    if words == "overloaded":
        refuse("Overloaded", 529)
    scene = scene_of(words)
    if body.get("stream"):
        _stream(request, scene, breaks=words == "break")
    else:
        request.reply(_message(scene, [_block(each) for each in _pieces(scene)]))


def _check(body: dict[str, Any]) -> None:
    only(body, _FIELDS)
    need(isinstance(body.get("max_tokens"), int), "max_tokens: Field required")
    need(body.get("temperature", 0) <= 1, "temperature: Input should be less than or equal to 1")
    for index, tool in enumerate(body.get("tools", [])):
        only(tool, "name description input_schema strict cache_control type", f"tools.{index}.")
        need(tool["input_schema"].get("type") == "object", f"tools.{index}.input_schema.type: Field required")
    need(not body.get("tool_choice") or body.get("tools"), "tool_choice: only with tools")
    system = body.get("system", "")
    for block in [] if isinstance(system, str) else system:
        need(block["type"] == "text" and block["text"], "system: text content blocks must be non-empty")
    _check_messages(body["messages"])


def _check_messages(messages: list[dict[str, Any]]) -> None:
    need(messages and messages[0]["role"] == "user", "messages: first message must use the user role")
    open_calls: set[str] = set()
    before = ""
    for index, message in enumerate(messages):
        only(message, "role content", f"messages.{index}.")
        need(message["role"] in {"user", "assistant"} and message["role"] != before, "roles must alternate")
        before = message["role"]
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        need(set(results) == open_calls, f"messages.{index}: tool_use ids without tool_result blocks")
        need(all(b["type"] == "tool_result" for b in blocks[: len(results)]), "tool_result must come first")
        for block in blocks:
            _check_block(block, f"messages.{index}.content")
        open_calls = {block["id"] for block in blocks if block["type"] == "tool_use"}


def _check_block(block: dict[str, Any], where: str) -> None:
    need(block["type"] in _BLOCKS, f"{where}: Input tag '{block['type']}' found")
    only(block, _BLOCKS[block["type"]], f"{where}.")
    if block["type"] == "text":
        need(block["text"], "text content blocks must be non-empty")
    if block["type"] == "tool_use":
        need(re.fullmatch(r"[a-zA-Z0-9_-]+", block["id"]), f"{where}.id: String should match pattern")
        need(isinstance(block["input"], dict), f"{where}.input: Input should be a valid dictionary")
    if block["type"] == "thinking":
        need(block["signature"] == "c2lnbmVk", f"{where}: Invalid signature in thinking block")
    if block["type"] == "image":
        source = block["source"]
        fields = {"base64": "type media_type data", "url": "type url"}[source["type"]]
        only(source, fields, f"{where}.source.")


def _last_words(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    if isinstance(content, str):
        return content
    if any(block["type"] == "tool_result" for block in content):
        return "results"
    return next(block["text"] for block in content if block["type"] == "text")


def _pieces(scene: Scene) -> list[dict[str, Any]]:
    """Each block, with its deltas."""
    found: list[dict[str, Any]] = []
    if scene.thought:
        deltas = [
            {"type": "thinking_delta", "thinking": scene.thought[:4]},
            {"type": "thinking_delta", "thinking": scene.thought[4:]},
            {"type": "signature_delta", "signature": "c2lnbmVk"},
        ]
        found.append({"start": {"type": "thinking", "thinking": "", "signature": ""}, "deltas": deltas})
    if scene.text:
        deltas = [{"type": "text_delta", "text": text} for text in scene.text]
        found.append({"start": {"type": "text", "text": ""}, "deltas": deltas})
    for call_id, name, arguments in scene.calls:
        start = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
        parts = ["", arguments[:6], arguments[6:]]
        found.append(
            {"start": start, "deltas": [{"type": "input_json_delta", "partial_json": part} for part in parts]}
        )
    return found


def _block(piece: dict[str, Any]) -> dict[str, Any]:
    block = dict(piece["start"])
    for delta in piece["deltas"]:
        if delta["type"] == "input_json_delta":
            block["json"] = block.get("json", "") + delta["partial_json"]
        else:
            name = delta["type"].removesuffix("_delta")
            block[name] += delta[name]
    if "json" in block:
        block["input"] = json.loads(block.pop("json"))
    return block


def _message(scene: Scene | None, content: list[Any]) -> dict[str, Any]:
    usage = {"input_tokens": 9, "cache_creation_input_tokens": 3, "cache_read_input_tokens": 8}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": content,
        "stop_reason": _REASONS[scene.reason] if scene else None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 6 if scene else 1},
    }


def _stream(request: Request, scene: Scene, *, breaks: bool) -> None:
    request.start_stream()
    _event(request, {"type": "message_start", "message": _message(None, [])})
    _event(request, {"type": "ping"})
    for index, piece in enumerate(_pieces(scene)):
        _event(request, {"type": "content_block_start", "index": index, "content_block": piece["start"]})
        for delta in piece["deltas"]:
            _event(request, {"type": "content_block_delta", "index": index, "delta": delta})
        _event(request, {"type": "content_block_stop", "index": index})
    if breaks:
        error = {"type": "overloaded_error", "message": "Overloaded"}
        _event(request, {"type": "error", "error": error})
        request.end(done=False)
        return
    delta = {"stop_reason": _REASONS[scene.reason], "stop_sequence": None}
    _event(request, {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 6}})
    _event(request, {"type": "message_stop"})
    request.end(done=False)


def _event(request: Request, value: dict[str, Any]) -> None:
    request.piece(f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode())
