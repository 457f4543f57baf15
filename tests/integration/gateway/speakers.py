"""Clients of the three protocols, each written from its documentation: ask, and read what is said."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

TOOL_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


@dataclass
class Said:
    """An answer, whatever protocol it came in."""

    text: str = ""
    thought: str = ""
    calls: list[tuple[str, str, Any]] = field(default_factory=list[tuple[str, str, Any]])
    reason: str = ""
    usage: tuple[int, int, int] = (0, 0, 0)


def chat_body(words: str, *, tools: bool = False, results: bool = False, **more: Any) -> dict[str, Any]:
    messages: list[Any] = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": words}]
    if results:
        calls = [
            {"id": call_id, "type": "function", "function": {"name": "weather", "arguments": '{"city":"x"}'}}
            for call_id in ("call_1", "call_2")
        ]
        messages += [
            {"role": "assistant", "content": None, "tool_calls": calls},
            *({"role": "tool", "tool_call_id": call["id"], "content": "Sunny"} for call in calls),
        ]
    function = {"name": "weather", "description": "Tells it", "parameters": TOOL_SCHEMA}
    given = {"tools": [{"type": "function", "function": function}]} if tools else {}
    return {"model": "m", "messages": messages, **given, **more}


def messages_body(words: str, *, tools: bool = False, results: bool = False, **more: Any) -> dict[str, Any]:
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": words}]}]
    if results:
        ids = ("call_1", "call_2")
        uses = [{"type": "tool_use", "id": each, "name": "weather", "input": {"city": "x"}} for each in ids]
        found = [{"type": "tool_result", "tool_use_id": each, "content": "Sunny"} for each in ids]
        messages += [{"role": "assistant", "content": uses}, {"role": "user", "content": found}]
    tool = {"name": "weather", "description": "Tells it", "input_schema": TOOL_SCHEMA}
    given = {"tools": [tool]} if tools else {}
    return {"model": "m", "max_tokens": 50, "system": "Be kind.", "messages": messages, **given, **more}


def responses_body(words: str, *, tools: bool = False, results: bool = False, **more: Any) -> dict[str, Any]:
    items: list[Any] = [{"role": "user", "content": words}]
    if results:
        ids = ("call_1", "call_2")
        items += [
            {"type": "function_call", "call_id": each, "name": "weather", "arguments": '{"city":"x"}'}
            for each in ids
        ]
        items += [{"type": "function_call_output", "call_id": each, "output": "Sunny"} for each in ids]
    tool = {"type": "function", "name": "weather", "description": "Tells it", "parameters": TOOL_SCHEMA}
    given = {"tools": [{**tool, "strict": False}]} if tools else {}
    return {"model": "m", "instructions": "Be kind.", "input": items, "store": False, **given, **more}


BODIES = {"chat/completions": chat_body, "messages": messages_body, "responses": responses_body}


def read_whole(protocol: str, body: dict[str, Any]) -> Said:
    return {"chat/completions": _chat, "messages": _message, "responses": _response}[protocol](body)


def _chat(body: dict[str, Any]) -> Said:
    choice = body["choices"][0]
    message = choice["message"]
    calls = [
        (call["id"], call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in message.get("tool_calls") or []
    ]
    usage = body["usage"]
    counts = (
        usage["prompt_tokens"],
        (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0),
        usage["completion_tokens"],
    )
    thought = message.get("reasoning_content") or ""
    return Said(message["content"] or "", thought, calls, choice["finish_reason"], counts)


def _message(body: dict[str, Any]) -> Said:
    said = Said()
    for block in body["content"]:
        said.text += block.get("text", "")
        said.thought += block.get("thinking", "")
        if block["type"] == "tool_use":
            said.calls.append((block["id"], block["name"], block["input"]))
    words = {
        "end_turn": "stop",
        "tool_use": "tool_calls",
        "max_tokens": "length",
        "refusal": "content_filter",
    }
    said.reason = words[body["stop_reason"]]
    usage = body["usage"]
    cached = usage.get("cache_read_input_tokens", 0)
    prompt = usage["input_tokens"] + cached + usage.get("cache_creation_input_tokens", 0)
    said.usage = (prompt, cached, usage["output_tokens"])
    return said


def _response(body: dict[str, Any]) -> Said:
    said = Said()
    for item in body["output"]:
        if item["type"] == "message":
            said.text += "".join(part["text"] for part in item["content"])
        elif item["type"] == "reasoning":
            said.thought += "".join(part["text"] for part in item["summary"])
        else:
            said.calls.append((item["call_id"], item["name"], json.loads(item["arguments"])))
    why = (body["incomplete_details"] or {}).get("reason")
    natural = "tool_calls" if said.calls else "stop"
    said.reason = {"max_output_tokens": "length", None: natural}.get(why, why or "")
    usage = body["usage"]
    said.usage = (
        usage["input_tokens"],
        usage["input_tokens_details"]["cached_tokens"],
        usage["output_tokens"],
    )
    return said


async def read_stream(protocol: str, answer: httpx.Response) -> Said:
    """The stream put together again into a whole, then read as one."""
    events = [json.loads(line[6:]) async for line in answer.aiter_lines() if line.startswith("data: {")]
    if protocol == "responses":
        assert events[-1]["type"] in {"response.completed", "response.incomplete"}
        said = _response(events[-1]["response"])
        deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
        assert "".join(deltas) == said.text
        return said
    return (
        _chat(_joined_chat(events)) if protocol == "chat/completions" else _message(_joined_message(events))
    )


def _joined_chat(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    message: dict[str, Any] = {"content": "", "reasoning_content": "", "tool_calls": []}
    whole: dict[str, Any] = {"choices": [{"message": message}]}
    for chunk in chunks:
        whole["usage"] = chunk.get("usage") or whole.get("usage")
        for choice in chunk["choices"]:
            whole["choices"][0]["finish_reason"] = choice["finish_reason"]
            delta = choice["delta"]
            for name in ("content", "reasoning_content"):
                message[name] += delta.get(name) or ""
            for call in delta.get("tool_calls") or []:
                if call["index"] == len(message["tool_calls"]):
                    message["tool_calls"].append({**call, "function": dict(call["function"])})
                else:
                    message["tool_calls"][-1]["function"]["arguments"] += call["function"]["arguments"]
    return whole


def _joined_message(events: list[dict[str, Any]]) -> dict[str, Any]:
    message: dict[str, Any] = {}
    for event in events:
        match event["type"]:
            case "message_start":
                message = event["message"]
            case "content_block_start":
                message["content"].append({**event["content_block"], "json": ""})
            case "content_block_delta":
                delta, block = event["delta"], message["content"][-1]
                for name in ("text", "thinking"):
                    block[name] = block.get(name, "") + delta.get(name, "")
                block["json"] += delta.get("partial_json", "")
            case "content_block_stop":
                block = message["content"][-1]
                if block["json"]:
                    block["input"] = json.loads(block["json"])
            case "message_delta":
                message |= event["delta"]
                message["usage"] |= event["usage"]
            case _:
                assert event["type"] in {"message_stop", "ping"}
    assert events[-1]["type"] == "message_stop"
    return message
