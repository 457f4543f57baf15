"""Passes a provider's answer on: whole, or event by event as it comes."""

from collections.abc import Iterable

from bastide.gateway.asgi.errors import is_told
from bastide.gateway.asgi.exchange import EVENT_STREAM, NO_BUFFERING, Exchange
from bastide.gateway.asgi.failure import fail
from bastide.gateway.asgi.limits import limit_headers
from bastide.gateway.asgi.timing import timing_header
from bastide.gateway.domain.call import CONVERSATIONS, Call, Operation
from bastide.gateway.domain.complaints import error_words
from bastide.gateway.domain.errors import UpstreamBrokenError, UpstreamRefusedError
from bastide.gateway.domain.sse import DONE, EventSplitter, data_of
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.gateway.usecases.reply import Reply
from bastide.gateway.usecases.translate import LEFT_OUT
from bastide.kit.errors import BastideError

_END_IS_TOLD = CONVERSATIONS | {Operation.COMPLETIONS}
_PASSED_HEADERS = ("retry-after", "openai-processing-ms")


async def relay(exchange: Exchange, pipeline: Pipeline, call: Call, *, max_answer_bytes: int) -> None:
    """Ask the model and pass its answer on; a client that goes away cancels the model at once.

    What goes wrong after the head of a stream is told by an event with `error`.
    """
    try:
        await _relay(exchange, pipeline, call, max_answer_bytes)
    except BastideError as error:
        exchange.forget()
        if not exchange.streams:
            raise
        await fail(exchange, error, call.operation)


async def _relay(exchange: Exchange, pipeline: Pipeline, call: Call, max_answer_bytes: int) -> None:
    async with exchange.while_connected(), pipeline.open(call) as reply:
        exchange.extra_headers.append((b"x-bastide-deployment", reply.deployment.id.encode()))
        exchange.extra_headers += limit_headers(reply.account.standings)
        if left_out := reply.headers.get(LEFT_OUT):
            exchange.extra_headers.append((LEFT_OUT.encode(), left_out.encode("latin-1")))
        if reply.streams and reply.status == 200:
            _note_findings(exchange, reply)
            await _relay_stream(exchange, StreamFilter(reply, call))
        elif reply.is_media and reply.status == 200:
            await _relay_media(exchange, reply)
        else:
            await _relay_whole(exchange, reply, call.operation, max_answer_bytes)
        if reply.failed or reply.account.findings - set(call.findings):
            exchange.forget()  # no answer, or one whose repetition would have to be told of as well


async def _relay_whole(exchange: Exchange, reply: Reply, operation: Operation, max_answer_bytes: int) -> None:
    body = await reply.read(max_bytes=max_answer_bytes)
    if reply.status < 300:
        reply.meter.whole(body)
        if reply.guard is not None:
            body = await reply.guard.whole(body)
    reply.finish()
    _note_findings(exchange, reply)
    if reply.status >= 300 and (exchange.kept_waiting or not is_told(body, operation)):
        raise UpstreamRefusedError(error_words(body), status=reply.status)
    headers = [
        (name.encode(), reply.headers[name].encode("latin-1"))
        for name in _PASSED_HEADERS
        if name in reply.headers
    ]
    headers.append(timing_header(reply.account))
    content_type = reply.headers.get("content-type", "application/json").encode("latin-1")
    await exchange.answer(reply.status, body, content_type=content_type, headers=headers)


def findings_header(findings: Iterable[str]) -> tuple[bytes, bytes]:
    """What guardrails have found, as `before:mask:email, after:flag:card`."""
    return b"x-bastide-guardrails", ", ".join(sorted(findings)).encode()


def _note_findings(exchange: Exchange, reply: Reply) -> None:
    if reply.account.findings:
        exchange.extra_headers.append(findings_header(reply.account.findings))


async def _relay_media(exchange: Exchange, reply: Reply) -> None:
    """Sound and the like, as it comes. After the head only a cut connection can tell of an error."""
    length = reply.headers.get("content-length")
    headers = [(b"content-length", length.encode("latin-1"))] if length else []
    headers.append(timing_header(reply.account))
    await exchange.start(200, reply.headers["content-type"].encode("latin-1"), headers)
    while data := await reply.chunk():
        await exchange.write(data)
    reply.finish()
    await exchange.write(b"", last=True)


async def _relay_stream(exchange: Exchange, stream: "StreamFilter") -> None:
    """Each event as soon as it is whole."""
    await exchange.start(200, EVENT_STREAM, (*NO_BUFFERING, timing_header(stream.account)))
    while (passed := await stream.next()) is not None:
        if passed:
            await exchange.write(passed)
    await exchange.write(b"", last=True)


class StreamFilter:
    """The events of a reply that the client is to see, in their own bytes, counted as they pass.

    The usage event, which we asked for, is kept back from a client that did not.
    """

    def __init__(self, reply: Reply, call: Call) -> None:
        self._reply = reply
        self.account = reply.account
        self._wants_usage = call.wants_usage
        self._splitter = EventSplitter()
        self._ended = call.operation not in _END_IS_TOLD
        self._done = False
        self._failure: UpstreamBrokenError | None = None

    async def next(self) -> bytes | None:
        """The next whole events, maybe none yet (empty); None at the end.

        Raises:
            UpstreamBrokenError: the stream stopped before its end was told, or carried what is no event.
        """
        if self._failure is not None:
            raise self._failure
        guard = self._reply.guard
        if chunk := await self._reply.chunk():
            events = self._passed(chunk)
            if guard is not None:
                events = [guard.event(event) for event in events]
                await guard.check()
            if self._done:
                self._reply.finish()
            return b"".join(events)
        if not self._ended:
            raise UpstreamBrokenError("The model's server ended its stream before the answer was whole.")
        rest = b""
        if guard is not None:
            rest = guard.rest()
            await guard.check()
        self._reply.finish()
        return rest or None

    def _passed(self, chunk: bytes) -> list[bytes]:
        """What comes before a broken event in the same piece is passed on; the failure follows."""
        events: list[bytes] = []
        try:
            events.extend(filter(self._passes, self._splitter.feed(chunk)))
        except UpstreamBrokenError as error:
            if not events:
                raise
            self._failure = error
        return events

    def _passes(self, event: bytes) -> bool:
        data = data_of(event)
        if data is None:
            return True
        if data == DONE:
            self._ended = self._done = True
            return True
        note = self._reply.meter.event(data)
        self._done = self._done or note.last
        self._ended = self._ended or note.error or note.last
        self._reply.failed = self._reply.failed or note.error
        return self._wants_usage or not note.only_usage
