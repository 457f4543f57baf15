"""Sends an answer again that was kept."""

from bastide.gateway.asgi.exchange import EVENT_STREAM, NO_BUFFERING, Exchange
from bastide.gateway.usecases.answer_cache import CachedAnswer


async def repeat(exchange: Exchange, known: CachedAnswer, age_s: int) -> None:
    """In the bytes of the first time; a stream as a stream."""
    exchange.extra_headers += [(b"x-bastide-cache", b"hit"), (b"age", str(age_s).encode())]
    if known.content_type == EVENT_STREAM:
        await exchange.start(200, EVENT_STREAM, NO_BUFFERING)
        await exchange.write(known.body, last=True)
    else:
        await exchange.answer(200, known.body, content_type=known.content_type)
