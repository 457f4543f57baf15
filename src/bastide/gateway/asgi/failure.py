"""Ends a stream with an error, as the clients of its protocol raise it."""

from contextlib import suppress

import msgspec

from bastide.gateway.asgi.errors import event_of
from bastide.gateway.asgi.exchange import EVENT_STREAM, Exchange
from bastide.gateway.domain.call import Operation
from bastide.gateway.domain.sse import EventSplitter, data_of
from bastide.kit.errors import BastideError


class _Numbered(msgspec.Struct):
    sequence_number: int = -1


_numbered = msgspec.json.Decoder(_Numbered)


async def fail(exchange: Exchange, error: BastideError, operation: str = Operation.CHAT) -> None:
    """The last event. It has the next number where events are numbered."""
    if not exchange.started:  # only its head has left, to keep the client waiting
        await exchange.start(200, EVENT_STREAM)
    number = _next(exchange.numbered) if operation == Operation.RESPONSES else None
    await exchange.write(event_of(error, operation, number), last=True)


def _next(events: bytes) -> int:
    last = -1
    for event in EventSplitter().feed(events):
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            last = max(last, _numbered.decode(data_of(event) or b"{}").sequence_number)
    return last + 1
