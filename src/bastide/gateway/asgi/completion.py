"""Writes events of the answering use cases as OpenAI completions and chunks.

https://platform.openai.com/docs/api-reference/chat/object and …/chat-streaming; ours are the members
`citations` and `bastide`.
"""

import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import msgspec

from bastide.chat.contract import AnswerEvent, Citation, Grounding
from bastide.gateway.asgi.exchange import EVENT_STREAM, NO_BUFFERING, Exchange
from bastide.gateway.asgi.failure import fail
from bastide.gateway.contract import Finished, TokenDelta, Usage
from bastide.kit.errors import BastideError
from bastide.kit.json import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stays the same over all chunks of a completion. `created` in seconds since the epoch."""

    model: str
    created: int
    wants_usage: bool


async def answer_whole(exchange: Exchange, events: AsyncIterator[AnswerEvent], envelope: Envelope) -> None:
    """One completion."""
    text: list[str] = []
    body = completion_head("chat.completion", envelope)
    async for event in events:
        if isinstance(event, TokenDelta):
            text.append(event.text)
        elif isinstance(event, Grounding):
            body |= grounding_members(event)
        elif isinstance(event, Finished):
            message: JsonObject = {"role": "assistant", "content": "".join(text)}
            choice: JsonObject = {
                "index": 0,
                "message": message,
                "finish_reason": event.reason,
                "logprobs": None,
            }
            body |= {"model": event.model, "choices": [choice], "usage": usage_members(event.usage)}
    await exchange.answer(200, msgspec.json.encode(body))


async def answer_streamed(exchange: Exchange, events: AsyncIterator[AnswerEvent], envelope: Envelope) -> None:
    """Chunks, `[DONE]` at the end. The head waits for the first event: an early error keeps its status."""
    head = completion_head("chat.completion.chunk", envelope)
    first = await anext(events, None)
    await exchange.start(200, EVENT_STREAM, NO_BUFFERING)
    await exchange.write(_chunk(head, {"role": "assistant", "content": ""}))
    grounding: JsonObject = {}
    try:
        if first is not None:
            grounding |= await _write(exchange, head, first, envelope, grounding)
        async for event in events:
            grounding |= await _write(exchange, head, event, envelope, grounding)
    except BastideError as error:
        await fail(exchange, error)
        return
    await exchange.write(b"data: [DONE]\n\n", last=True)


async def _write(
    exchange: Exchange, head: JsonObject, event: AnswerEvent, envelope: Envelope, grounding: JsonObject
) -> JsonObject:
    """Write one event; gives back what the last chunk has to carry."""
    match event:
        case TokenDelta(text=text):
            await exchange.write(_chunk(head, {"content": text}))
        case Citation():
            await exchange.write(_chunk(head, {}, citations=[_citation(event)]))
        case Grounding():
            return grounding_members(event)
        case Finished():
            await exchange.write(_last_chunks(head, event, envelope, grounding))
    return {}


def _last_chunks(head: JsonObject, event: Finished, envelope: Envelope, grounding: JsonObject) -> bytes:
    """The chunk with the reason and, where asked for, that with the usage; the last has the grounding."""
    head = head | {"model": event.model}
    if not envelope.wants_usage:
        return _chunk(head, {}, event.reason, **grounding)
    usage: JsonObject = {"choices": [], "usage": usage_members(event.usage)}
    return _chunk(head, {}, event.reason) + _data(head | usage | grounding)


def completion_head(kind: str, envelope: Envelope) -> JsonObject:
    """What a completion, or each of its chunks, begins with."""
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": envelope.created,
        "model": envelope.model,
    }


def _chunk(head: JsonObject, delta: JsonObject, reason: str | None = None, **extra: Json) -> bytes:
    choice: JsonObject = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
    choices: JsonObject = {"choices": [choice]}
    return _data(head | choices | extra)


def _data(value: JsonObject) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"


def usage_members(usage: Usage) -> JsonObject:
    """The member `usage`."""
    counts: JsonObject = {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }
    return counts | ({"estimated": True} if usage.estimated else {})


def grounding_members(grounding: Grounding) -> JsonObject:
    """What an answer from documents carries besides its text."""
    state: JsonObject = {
        "answered": grounding.answered,
        "degraded": grounding.degraded,
        "unsupported": [[start, end] for start, end in grounding.unsupported],
    }
    return {"citations": _citations(grounding.citations), "bastide": state}


def _citations(citations: Sequence[Citation]) -> list[Json]:
    return [_citation(citation) for citation in citations]


def _citation(citation: Citation) -> Json:
    return msgspec.to_builtins(citation)
