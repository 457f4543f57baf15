"""The gateway as other slices use it."""

from collections.abc import AsyncIterator, Sequence

import msgspec
from msgspec.structs import replace

from bastide.gateway.contract import Finished, GenerateRequest, ModelInfo, TokenDelta
from bastide.gateway.domain.call import Call, Operation, read_call
from bastide.gateway.domain.catalogue import READER
from bastide.gateway.domain.complaints import error_words
from bastide.gateway.domain.errors import UpstreamBrokenError, UpstreamFailedError
from bastide.gateway.domain.sse import DONE, EventSplitter, data_of
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.ledger.account import Accounts
from bastide.gateway.usecases.ledger.built_in import accounted
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.gateway.usecases.read import messages_of, read_conversation
from bastide.gateway.usecases.reply import Reply
from bastide.identity.contract import Principal
from bastide.kit.ids import new_id
from bastide.models.contract import Reader

_MAX_ANSWER_BYTES = 32 << 20


class _Delta(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    delta: _Delta | None = None
    message: _Delta | None = None
    finish_reason: str | None = None


class _Answer(msgspec.Struct):
    choices: list[_Choice] = []


_answer = msgspec.json.Decoder(_Answer)


class GatewayService:
    """Satisfies `Gateway`."""

    def __init__(
        self,
        catalogue: LiveCatalogue,
        pipeline: Pipeline,
        reader: Reader,
        accounts: Accounts,
        guards: Guards,
    ) -> None:
        self._catalogue = catalogue
        self._pipeline = pipeline
        self._reader = reader
        self._accounts = accounts
        self._guards = guards

    async def models(self, principal: Principal) -> Sequence[ModelInfo]:
        return self._catalogue.infos(principal)

    async def generate(
        self, principal: Principal, request: GenerateRequest
    ) -> AsyncIterator[TokenDelta | Finished]:
        model = self._catalogue.find(principal, request.model)
        call = _call(principal, request)
        if request.model == READER:
            call = await self._guards.before(call)
            events = read_conversation(self._reader, messages_of(call))
            async for event in accounted(events, self._accounts, call, model, self._guards, request.told):
                yield event
            return
        async with self._pipeline.open(call) as reply:
            if request.told is not None:
                request.told(reply.account.standings)
            if reply.status != 200:
                words = error_words(await reply.read(max_bytes=_MAX_ANSWER_BYTES))
                raise UpstreamFailedError(f"The model refused: {words}", status=reply.status)
            events = _events(reply) if reply.streams else _whole(reply)
            async for event in events if reply.guard is None else reply.guard.text(events):
                if isinstance(event, Finished):
                    reply.finish()
                yield event


def _call(principal: Principal, request: GenerateRequest) -> Call:
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    options = {"stream": True, "stream_options": {"include_usage": True}}
    body = msgspec.json.encode({**request.extra, **options, "model": request.model, "messages": messages})
    call = read_call(principal, Operation.CHAT, body, new_id("req"))
    return replace(call, sensitive=request.sensitive)


async def _whole(reply: Reply) -> AsyncIterator[TokenDelta | Finished]:
    body = await reply.read(max_bytes=_MAX_ANSWER_BYTES)
    reply.meter.whole(body)
    choice = _first(body)
    if choice is not None and choice.message is not None and choice.message.content:
        yield TokenDelta(choice.message.content)
    reason = choice.finish_reason if choice else None
    yield Finished(reason or "stop", reply.usage, reply.account.model)


async def _events(reply: Reply) -> AsyncIterator[TokenDelta | Finished]:
    reason: str | None = None
    splitter = EventSplitter()
    while chunk := await reply.chunk():
        for event in splitter.feed(chunk):
            data = data_of(event)
            if data is None or data == DONE:
                continue
            reply.meter.event(data)
            choice = _first(data)
            if choice is None:
                continue
            reason = choice.finish_reason or reason
            if choice.delta is not None and choice.delta.content:
                yield TokenDelta(choice.delta.content)
    if reason is None:
        raise UpstreamBrokenError("The model's server ended its stream before the answer was whole.")
    yield Finished(reason, reply.usage, reply.account.model)


def _first(data: bytes) -> _Choice | None:
    try:
        choices = _answer.decode(data).choices
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UpstreamBrokenError(f"The model's server sent no completion: {error}.") from error
    return choices[0] if choices else None
