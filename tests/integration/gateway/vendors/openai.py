"""Servers of ours that speak OpenAI's chat completions and responses and refuse what OpenAI refuses.

https://platform.openai.com/docs/api-reference
"""

import base64
import json
import struct
from typing import Any

from tests.integration.gateway.upstream import Request
from tests.integration.gateway.vendors.scenes import RefusedError, Scene, need, only, refuse, scene_of

_CHAT_FIELDS = (
    "model messages tools tool_choice parallel_tool_calls response_format max_completion_tokens max_tokens "
    "temperature top_p stop n seed stream stream_options reasoning_effort verbosity user metadata store "
    "logprobs presence_penalty frequency_penalty"
)
_RESPONSES_FIELDS = (
    "model input instructions tools tool_choice parallel_tool_calls max_output_tokens temperature top_p "
    "reasoning text stream store include user metadata previous_response_id truncation"
)
_MESSAGES = {
    "system": "role content name",
    "developer": "role content name",
    "user": "role content name",
    "assistant": "role content tool_calls refusal name audio",
    "tool": "role content tool_call_id",
}
_ITEMS = {
    "message": "type role content id status",
    "function_call": "type call_id name arguments id status",
    "function_call_output": "type call_id output id status",
    "reasoning": "type id summary encrypted_content content status",
}


async def openai(request: Request) -> None:
    """Both, at their usual paths."""
    try:
        if request.headers.get("authorization") != "Bearer upstream-key":
            refuse("Incorrect API key provided", 401)
        match request.path:
            case "/v1/models":
                request.reply({"object": "list", "data": [{"id": "gpt", "object": "model", "created": 1}]})
            case "/v1/chat/completions":
                answer_chat(request)
            case "/v1/embeddings":
                _embed(request)
            case "/v1/responses":
                _answer_response(request)
            case _:
                refuse("Unknown request URL", 404)
    except RefusedError as error:
        body = {"message": error.message, "type": "invalid_request_error", "param": None, "code": None}
        request.reply({"error": body}, error.status)


def _embed(request: Request) -> None:
    """The same vector for every text; base64 is of little-endian 32-bit floats."""
    asked = request.json
    only(asked, "model input encoding_format dimensions user", "Unrecognized request argument supplied: ")
    vector = [0.5, 0.25, 0.125]
    packed = base64.b64encode(struct.pack("<3f", *vector)).decode()
    given = packed if asked.get("encoding_format") == "base64" else vector
    texts = [asked["input"]] if isinstance(asked["input"], str) else asked["input"]
    data = [{"object": "embedding", "index": index, "embedding": given} for index in range(len(texts))]
    usage = {"prompt_tokens": 2, "total_tokens": 2}
    request.reply({"object": "list", "data": data, "model": "vectors", "usage": usage})


def answer_chat(request: Request, **more: Any) -> None:
    """`more` is told on each chunk, and on the whole."""
    body = request.json
    only(body, _CHAT_FIELDS, "Unrecognized request argument supplied: ")
    scene = scene_of(_check_messages(body["messages"]))
    for tool in body.get("tools", []):
        only(tool, "type function")
        only(tool["function"], "name description parameters strict")
    need("stream_options" not in body or body.get("stream"), "stream_options: only when streaming")
    head = {"id": "chatcmpl-1", "created": 1, "model": "gpt", **more}
    if body.get("stream"):
        asked = (body.get("stream_options") or {}).get("include_usage")
        _stream_chat(request, scene, {**head, "object": "chat.completion.chunk"}, usage=bool(asked))
        return
    message: dict[str, Any] = {"role": "assistant", "content": "".join(scene.text) or None, "refusal": None}
    if scene.calls:
        message["tool_calls"] = [_call(index, scene) for index in range(len(scene.calls))]
    if scene.thought:
        message["reasoning_content"] = scene.thought
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": scene.reason}
    request.reply({**head, "object": "chat.completion", "choices": [choice], "usage": _chat_usage(scene)})


def _check_messages(messages: list[dict[str, Any]]) -> str:
    open_calls: list[str] = []
    last = ""
    for index, message in enumerate(messages):
        where = f"messages.{index}."
        only(message, _MESSAGES[message["role"]], where)
        if message["role"] == "tool":
            need(message["tool_call_id"] in open_calls, f"{where}tool_call_id: no such call before")
            open_calls.remove(message["tool_call_id"])
            last = "results"
            continue
        need(not open_calls, "tool_calls must be followed by tool messages")
        content = message.get("content")
        need(content is not None or message.get("tool_calls"), f"{where}content: expected a string")
        open_calls = [call["id"] for call in message.get("tool_calls", [])]
        for call in message.get("tool_calls", []):
            need(isinstance(call["function"]["arguments"], str), "arguments: expected a string")
        last = content if isinstance(content, str) else _text(content, "text", "image_url", "refusal")
    need(not open_calls, "tool_calls must be followed by tool messages")
    return last


def _text(content: list[dict[str, Any]] | None, *allowed: str) -> str:
    for part in content or []:
        need(part["type"] in allowed, f"content.type: invalid value {part['type']!r}")
    return next((part["text"] for part in content or [] if "text" in part), "")


def _call(index: int, scene: Scene) -> dict[str, Any]:
    call_id, name, arguments = scene.calls[index]
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _chat_usage(scene: Scene) -> dict[str, Any]:
    usage = scene.usage
    return {
        "prompt_tokens": usage["prompt"],
        "completion_tokens": usage["completion"],
        "total_tokens": usage["prompt"] + usage["completion"],
        "prompt_tokens_details": {"cached_tokens": usage["cached"]},
        "completion_tokens_details": {"reasoning_tokens": usage["reasoning"]},
    }


def _stream_chat(request: Request, scene: Scene, head: dict[str, Any], *, usage: bool) -> None:
    request.start_stream()
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "", "refusal": None}]
    deltas += [{"reasoning_content": piece} for piece in (scene.thought[:4], scene.thought[4:]) if piece]
    deltas += [{"content": text} for text in scene.text]
    for index in range(len(scene.calls)):
        call = _call(index, scene)
        arguments = call["function"]["arguments"]
        call["function"] = {**call["function"], "arguments": ""}
        deltas.append({"tool_calls": [{"index": index, **call}]})
        for piece in (arguments[:6], arguments[6:]):
            deltas.append({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    for delta in deltas:
        request.event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    request.event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": scene.reason}]})
    if usage:
        request.event({**head, "choices": [], "usage": _chat_usage(scene)})
    request.end()


def _answer_response(request: Request) -> None:
    body = request.json
    only(body, _RESPONSES_FIELDS, "Unknown parameter: ")
    scene = scene_of(_check_items(body["input"]))
    for tool in body.get("tools", []):
        only(tool, "type name description parameters strict")
        need("parameters" in tool and "strict" in tool, "tools: Missing required parameter")
    items = _items(scene, encrypted="reasoning.encrypted_content" in body.get("include", []))
    if not body.get("stream"):
        request.reply(_response(scene, items))
        return
    _stream_response(request, scene, items)


def _check_items(items: str | list[dict[str, Any]]) -> str:
    if isinstance(items, str):
        return items
    last, called = "", set[str]()
    for index, item in enumerate(items):
        kind = item.get("type", "message")
        only(item, _ITEMS[kind], f"input[{index}].")
        if kind == "function_call":
            called.add(item["call_id"])
        elif kind == "function_call_output":
            need(item["call_id"] in called, f"No tool call found for {item['call_id']}")
            last = "results"
        elif kind == "message":
            allowed = (
                ("output_text", "refusal") if item["role"] == "assistant" else ("input_text", "input_image")
            )
            content = item["content"]
            last = content if isinstance(content, str) else _text(content, *allowed)
    return last


def _items(scene: Scene, *, encrypted: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if scene.thought:
        summary = [{"type": "summary_text", "text": scene.thought}]
        item: dict[str, Any] = {"type": "reasoning", "id": "rs_1", "summary": summary}
        found.append({**item, "encrypted_content": "c2lnbmVk"} if encrypted else item)
    if scene.text:
        part = {"type": "output_text", "text": "".join(scene.text), "annotations": [], "logprobs": []}
        message = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed"}
        found.append({**message, "content": [part]})
    for call_id, name, arguments in scene.calls:
        call = {"type": "function_call", "id": f"fc_{call_id}", "call_id": call_id, "name": name}
        found.append({**call, "arguments": arguments, "status": "completed"})
    return found


def _response(scene: Scene | None, items: list[dict[str, Any]]) -> dict[str, Any]:
    why = {"length": "max_output_tokens", "content_filter": "content_filter"}.get(
        scene.reason if scene else ""
    )
    usage = scene and {
        "input_tokens": scene.usage["prompt"],
        "input_tokens_details": {"cached_tokens": scene.usage["cached"]},
        "output_tokens": scene.usage["completion"],
        "output_tokens_details": {"reasoning_tokens": scene.usage["reasoning"]},
        "total_tokens": scene.usage["prompt"] + scene.usage["completion"],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "in_progress" if scene is None else "incomplete" if why else "completed",
        "incomplete_details": {"reason": why} if why else None,
        "error": None,
        "model": "gpt",
        "output": items,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": usage,
    }


def _stream_response(request: Request, scene: Scene, items: list[dict[str, Any]]) -> None:
    request.start_stream()
    number = 0

    def send(kind: str, **members: Any) -> None:
        nonlocal number
        value = {"type": f"response.{kind}", "sequence_number": number, **members}
        number += 1
        request.piece(f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode())

    send("created", response=_response(None, []))
    for index, item in enumerate(items):
        place = {"item_id": item["id"], "output_index": index}
        empty = {"content": []} if item["type"] == "message" else {"summary": [], "arguments": ""}
        send("output_item.added", output_index=index, item={**item, **empty})
        if item["type"] == "message":
            part = item["content"][0]
            send("content_part.added", **place, content_index=0, part={**part, "text": ""})
            for text in scene.text:
                send("output_text.delta", **place, content_index=0, delta=text, logprobs=[])
            send("output_text.done", **place, content_index=0, text=part["text"], logprobs=[])
        elif item["type"] == "function_call":
            for piece in (item["arguments"][:6], item["arguments"][6:]):
                send("function_call_arguments.delta", **place, delta=piece)
        else:
            send("reasoning_summary_part.added", **place, summary_index=0, part={"type": "summary_text"})
            for piece in (scene.thought[:4], scene.thought[4:]):
                send("reasoning_summary_text.delta", **place, summary_index=0, delta=piece)
        send("output_item.done", output_index=index, item=item)
    last = _response(scene, items)
    send("incomplete" if last["incomplete_details"] else "completed", response=last)
    request.end(done=False)
