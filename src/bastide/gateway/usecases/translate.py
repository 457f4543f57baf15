"""A provider's answer in the protocol in which the client has asked."""

import secrets
from collections.abc import AsyncIterator, Mapping

import msgspec
from msgspec.structs import replace

from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.errors import UpstreamBrokenError
from bastide.gateway.domain.members import members
from bastide.gateway.domain.protocols.conversation import Image
from bastide.gateway.domain.protocols.dialects import LANGUAGES, Dialect, translated
from bastide.gateway.domain.protocols.events import End, Event, size_of, with_usage
from bastide.gateway.domain.protocols.json import decoded
from bastide.gateway.domain.protocols.messages.request import read_messages
from bastide.gateway.domain.protocols.stamp import Stamp
from bastide.gateway.domain.sse import EventSplitter, data_of
from bastide.gateway.domain.tokens import estimate_tokens
from bastide.gateway.ports.upstream import UpstreamReply
from bastide.kit.json import JsonObject

LEFT_OUT = "x-bastide-left-out"
_MOST_NAMED = 20
_IMAGE_TOKENS = 1600


class TranslatedReply:
    """Satisfies `UpstreamReply`, for the pipeline to pass on as any other."""

    def __init__(
        self, reply: UpstreamReply, call: Call, dialect: Dialect, left_out: frozenset[str], now_s: int
    ) -> None:
        spoken, stamp = LANGUAGES[Dialect(call.operation.value)], stamp_for(call, now_s)
        self._reply = reply
        self._prompt_bytes = call.prompt_bytes
        self._answer_bytes = 0
        self._stamp = stamp
        self._read_whole, self._write_whole = LANGUAGES[dialect].read_whole, spoken.write_whole
        self._reader, self._writer = LANGUAGES[dialect].reader(), spoken.writer(stamp)
        self._splitter = EventSplitter()
        self._failure: UpstreamBrokenError | None = None
        self._headers = dict(reply.headers)
        if left_out:
            self._headers[LEFT_OUT] = ", ".join(sorted(left_out)[:_MOST_NAMED])

    @property
    def status(self) -> int:
        return self._reply.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self._headers

    async def read(self, *, max_bytes: int) -> bytes:
        """An error stays as the provider has written it."""
        body = await self._reply.read(max_bytes=max_bytes)
        if self.status != 200:
            return body
        events = [self._counted(event) for event in self._read_whole(body)]
        return msgspec.json.encode(self._write_whole(events, self._stamp))

    async def chunk(self) -> bytes:
        if self._failure is not None:
            raise self._failure
        while data := await self._reply.chunk():
            if written := self._translated(data):
                return written
        if not self._reader.done:
            raise UpstreamBrokenError("The model's server ended its stream before the answer was whole.")
        return b""

    async def chunks(self) -> AsyncIterator[bytes]:
        while data := await self.chunk():
            yield data

    def _translated(self, data: bytes) -> bytes:
        """What comes before a failure in the same piece is passed on; the failure follows."""
        pieces: list[bytes] = []
        try:
            pieces.extend(map(self._event, self._splitter.feed(data)))
        except UpstreamBrokenError as error:
            if not any(pieces):
                raise
            self._failure = error
        return b"".join(pieces)

    def _event(self, event: bytes) -> bytes:
        """Comments and what else carries no data keep the connection alive here as well."""
        data = data_of(event)
        if data is None:
            return event
        if self._reader.done:
            return b""
        return b"".join(self._writer.write(self._counted(each)) for each in self._reader.read(data))

    def _counted(self, event: Event) -> Event:
        if isinstance(event, End):
            return with_usage(event, self._prompt_bytes, self._answer_bytes)
        self._answer_bytes += size_of(event)
        return event


def in_chat(call: Call) -> Call:
    """The same as a chat completion, for who reads only that. Raises UntranslatableError, BodyError."""
    if call.operation is Operation.CHAT:
        return call
    asked, spoken = decoded(call.body), Dialect(call.operation.value)
    body = msgspec.json.encode(translated(asked, spoken, Dialect.CHAT, call.model, 0)[0])
    return replace(call, operation=Operation.CHAT, body=body, members=members(body))


def estimated_tokens(call: Call) -> JsonObject:
    """What the prompt of Anthropic's `count_tokens` has, where the provider cannot count it."""
    conversation = read_messages(decoded(call.body))
    texts = [str(part) for turn in conversation.turns for part in turn.parts if not isinstance(part, Image)]
    images = sum(isinstance(part, Image) for turn in conversation.turns for part in turn.parts)
    size = sum(len(text.encode()) for text in (*texts, *map(str, conversation.tools)))
    return {"input_tokens": estimate_tokens(size) + images * _IMAGE_TOKENS, "estimated": True}


def stamp_for(call: Call, now_s: int) -> Stamp:
    """A new answer to this call."""
    return Stamp(secrets.token_hex(12), now_s, decoded(call.body))
