"""Writes events of the answering use cases in the protocols that are not chat completions."""

from collections.abc import AsyncIterator

import msgspec

from bastide.chat.contract import AnswerEvent, Grounding
from bastide.gateway.asgi.completion import grounding_members
from bastide.gateway.asgi.exchange import EVENT_STREAM, NO_BUFFERING, Exchange
from bastide.gateway.asgi.failure import fail
from bastide.gateway.contract import Finished, TokenDelta
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.protocols.dialects import LANGUAGES, Dialect
from bastide.gateway.domain.protocols.events import Begin, End, Event, TextDelta, Usage
from bastide.gateway.domain.protocols.stamp import Stamp
from bastide.kit.errors import BastideError
from bastide.kit.json import JsonObject


async def answer_spoken(
    exchange: Exchange, events: AsyncIterator[AnswerEvent], call: Call, stamp: Stamp
) -> None:
    """Whole or streamed; citations come with the end."""
    language = LANGUAGES[Dialect(call.operation.value)]
    pieces = _pieces(events, call.model)
    if not call.stream:
        whole = language.write_whole([piece async for piece in pieces], stamp)
        await exchange.answer(200, msgspec.json.encode(whole))
        return
    writer = language.writer(stamp)
    first = await anext(pieces, None)  # the head waits for it: an early error keeps its status
    await exchange.start(200, EVENT_STREAM, NO_BUFFERING)
    try:
        if first is not None:
            await exchange.write(writer.write(first))
        async for piece in pieces:
            await exchange.write(writer.write(piece))
    except BastideError as error:
        await fail(exchange, error, call.operation)
        return
    await exchange.write(b"", last=True)


async def _pieces(events: AsyncIterator[AnswerEvent], model: str) -> AsyncIterator[Event]:
    """The first one only when there is something to say."""
    begun, extra = False, JsonObject()
    async for event in events:
        if not begun:
            begun = True
            yield Begin(model)
        match event:
            case TokenDelta(text=text):
                yield TextDelta(text)
            case Grounding():
                extra = grounding_members(event)
            case Finished(reason=reason, usage=usage):
                counted = Usage(usage.prompt_tokens, usage.completion_tokens, estimated=usage.estimated)
                yield End(reason, counted, extra=extra)
            case _:
                pass
