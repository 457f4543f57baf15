"""The POST routes: decide who answers (documents, the reader, a provider) and write the answer."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, cast

import msgspec
from msgspec.structs import replace

from bastide.chat.contract import AnswerEvent, AnswerRequest, Answers
from bastide.gateway.asgi.aggregation import Aggregation
from bastide.gateway.asgi.completion import Envelope, answer_streamed, answer_whole
from bastide.gateway.asgi.embedding import answer_embedded
from bastide.gateway.asgi.exchange import Exchange, Recording
from bastide.gateway.asgi.limits import limit_headers
from bastide.gateway.asgi.relay import findings_header, relay
from bastide.gateway.asgi.repeat import repeat
from bastide.gateway.asgi.spoken import answer_spoken
from bastide.gateway.contract import ChatMessage, Standing, TellStanding
from bastide.gateway.domain.call import CONVERSATIONS, FORMS, Call, Operation, optional, read_call
from bastide.gateway.domain.catalogue import READER, Model, ProviderKind
from bastide.gateway.domain.errors import BodyError, UnsupportedError
from bastide.gateway.domain.ledger import Outcome
from bastide.gateway.domain.speaking import serves
from bastide.gateway.usecases.answer_cache import MOST_BYTES, AnswerCache
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.embed import embed
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.ledger.account import Accounts
from bastide.gateway.usecases.ledger.built_in import accounted, counts_of
from bastide.gateway.usecases.pipeline import Pipeline
from bastide.gateway.usecases.prompts.log import PromptLog
from bastide.gateway.usecases.read import degraded, messages_of, read_conversation
from bastide.gateway.usecases.translate import estimated_tokens, in_chat, stamp_for
from bastide.identity.contract import Action, Policy
from bastide.kit.clock import Clock
from bastide.kit.errors import DeadlineExceededError, UnavailableError
from bastide.kit.json import Json, JsonObject
from bastide.models.contract import Embedder, Reader

_ANTHROPICS = ("anthropic-version", "anthropic-beta")
_PASSED = {Operation.MESSAGES: _ANTHROPICS, Operation.COUNT_TOKENS: _ANTHROPICS}
_STREAMED = CONVERSATIONS | {Operation.COMPLETIONS}
_NOT_SENSITIVE = frozenset({"", "0", "false", "no", "off"})  # what else is said means that it is
_NOT_EXTRA = frozenset({"model", "messages", "stream", "stream_options", "bastide"})


@dataclass(frozen=True, slots=True)
class Sizes:
    """Most bytes of a request and of an answer that is not streamed."""

    max_request_bytes: int = 32 << 20
    max_answer_bytes: int = 64 << 20


class _Grounded(msgspec.Struct, forbid_unknown_fields=True):
    """The request's `bastide` member."""

    collections: list[str] = []
    filters: dict[str, object] = {}
    top_k: int = 8
    language: Literal["fr", "en", ""] = ""
    models: list[str] | None = None
    aggregate: Literal["side_by_side", "judge"] = "side_by_side"
    judge: str | None = None

    @property
    def merges(self) -> str | None:
        """The model that merges the answers. Raises BodyError."""
        if (self.aggregate == "judge") is not (self.judge is not None):
            raise BodyError("'judge' names a model, and 'aggregate' says so.", param="bastide")
        if self.collections or self.filters:
            raise UnsupportedError("Several models answer without documents only.", param="bastide")
        return self.judge


@dataclass(frozen=True, slots=True)
class Local:
    """Who answers in this process."""

    reader: Reader
    embedder: Embedder | None
    answers: Answers
    several: Aggregation


@dataclass(frozen=True, slots=True)
class Rules:
    """What an organisation lays down beyond limits."""

    guards: Guards
    cache: AnswerCache
    prompts: PromptLog


class Inference:
    """Handlers of the inference routes."""

    def __init__(
        self,
        catalogue: LiveCatalogue,
        pipeline: Pipeline,
        accounts: Accounts,
        rules: Rules,
        policy: Policy,
        local: Local,
        clock: Clock,
        sizes: Sizes,
    ) -> None:
        self._catalogue = catalogue
        self._pipeline = pipeline
        self._accounts = accounts
        self._guards = rules.guards
        self._cache = rules.cache
        self._prompts = rules.prompts
        self._policy = policy
        self._reader = local.reader
        self._embedder = local.embedder
        self._answers = local.answers
        self._several = local.several
        self._clock = clock
        self._sizes = sizes

    def handler(self, operation: Operation) -> Callable[[Exchange], Awaitable[None]]:
        """The handler of one route."""

        async def handle(exchange: Exchange) -> None:
            self._policy.require(exchange.principal, Action.MODEL_USE)
            body = await exchange.body(self._sizes.max_request_bytes)
            call = _call(exchange, operation, body)
            exchange.numbers = operation is Operation.RESPONSES
            if call.stream and operation in _STREAMED:
                exchange.expect_stream()
            if self._prompts.wants(call):
                call = await self._guards.before(call)
                exchange.transcript = self._prompts.transcript(call)
            await self._answer(exchange, call)

        return handle

    async def _answer(self, exchange: Exchange, call: Call) -> None:
        model = self._catalogue.find(call.principal, call.model)
        if call.operation is Operation.COUNT_TOKENS and not any(
            serves(place, call.operation) for place in model.deployments
        ):
            await exchange.answer(200, msgspec.json.encode(estimated_tokens(call)))
            return
        grounded = optional(call.members, "bastide", _Grounded)
        built_in = model.built_in
        if grounded is not None or built_in:  # else the pipeline does it
            call = await self._guarded(exchange, call)
        if grounded is not None and grounded.models is not None:
            await self._several.answer(exchange, call, grounded.models, grounded.merges)
        elif grounded is not None:
            _only(CONVERSATIONS, call)
            chat = in_chat(call)
            told = None if built_in else _told(exchange)
            request = _request(chat, messages_of(chat), grounded, told)
            events = self._answers.answer(call.principal, request)
            if built_in:
                await self._read(exchange, call, events)
            else:  # the model that writes it has an account of its own
                await self._write(exchange, call, events)
        elif built_in is ProviderKind.READER:
            _only(CONVERSATIONS, call)
            messages = messages_of(in_chat(call))
            await self._read(exchange, call, read_conversation(self._reader, messages))
        elif built_in is ProviderKind.EMBEDDER and self._embedder is not None:
            _only({Operation.EMBEDDINGS}, call)
            await self._embed(exchange, call, self._embedder)
        else:
            await self._relay(exchange, call, model)

    async def _guarded(self, exchange: Exchange, call: Call) -> Call:
        call = await self._guards.before(call)
        if call.findings:
            exchange.extra_headers.append(findings_header(call.findings))
        return call

    async def _relay(self, exchange: Exchange, call: Call, model: Model) -> None:
        """The model's answer, or the one that it gave before where the caller wants that."""
        ttl_s = self._cache.lifetime_s(call, exchange.header(b"x-bastide-cache"))
        if ttl_s is None:
            await self._ask(exchange, call)
            return
        call = await self._guards.before(call)
        key = self._cache.key(call, model)
        if (known := await self._cache.get(key, call, model)) is not None:
            await repeat(exchange, known, self._cache.age_s(known))
            return
        exchange.extra_headers.append((b"x-bastide-cache", b"miss"))
        made = exchange.recording = Recording(MOST_BYTES)
        await self._ask(exchange, call)
        if made.whole:
            await self._cache.put(key, made.content_type, made.body, ttl_s)

    async def _ask(self, exchange: Exchange, call: Call) -> None:
        """The model's answer; where the model may degrade, the reader's when no server has one."""
        try:
            await relay(exchange, self._pipeline, call, max_answer_bytes=self._sizes.max_answer_bytes)
        except (UnavailableError, DeadlineExceededError):
            model = self._catalogue.find(call.principal, call.model)
            if exchange.started or call.operation not in CONVERSATIONS or not model.routing.degrade:
                raise
            exchange.forget()
            exchange.extra_headers.append((b"x-bastide-degraded", b"true"))
            call = await self._guarded(exchange, replace(call, model=READER))
            messages = messages_of(in_chat(call))
            events = degraded(read_conversation(self._reader, messages))
            await self._read(exchange, call, events, Outcome.DEGRADED)

    async def _read(
        self,
        exchange: Exchange,
        call: Call,
        events: AsyncIterator[AnswerEvent],
        outcome: Outcome = Outcome.OK,
    ) -> None:
        reader = self._catalogue.current.models[READER]
        told = _told(exchange)
        read = accounted(events, self._accounts, call, reader, self._guards, told, outcome)
        await self._write(exchange, call, read)

    async def _embed(self, exchange: Exchange, call: Call, embedder: Embedder) -> None:
        model = self._catalogue.current.models[call.model]
        async with exchange.while_connected(), self._accounts.opened(call, model) as account:
            embedded = await embed(embedder, call)
            account.close(Outcome.OK, 200, counts_of(embedded.usage))
            exchange.extra_headers += limit_headers(account.standings)
            await answer_embedded(exchange, embedded, call.model)

    async def _write(self, exchange: Exchange, call: Call, events: AsyncIterator[AnswerEvent]) -> None:
        now_s = int(self._clock.now().timestamp())
        envelope = Envelope(call.model, now_s, call.wants_usage)
        write = answer_streamed if call.stream else answer_whole
        # Closing the iterator is what cancels the model; only generators can be closed.
        closing = aclosing(cast("AsyncGenerator[AnswerEvent]", events))
        async with exchange.while_connected(), closing:
            if call.operation is Operation.CHAT:
                await write(exchange, events, envelope)
            else:
                await answer_spoken(exchange, events, call, stamp_for(call, now_s))


def _call(exchange: Exchange, operation: Operation, body: bytes) -> Call:
    content_type = exchange.header(b"content-type") if operation in FORMS else None
    call = read_call(
        exchange.principal,
        operation,
        body,
        exchange.request_id,
        content_type or "",
        began_at=exchange.began_at,
        trace=exchange.trace,
    )
    sensitive = (exchange.header(b"x-bastide-sensitive") or "").strip().lower() not in _NOT_SENSITIVE
    session = exchange.header(b"x-session-id")
    names = _PASSED.get(operation, ())
    passed = tuple((name, value) for name in names if (value := exchange.header(name.encode())))
    if sensitive or session or passed:
        return replace(call, sensitive=sensitive, session=(session or "").encode(), passed=passed)
    return call


def _only(operations: Collection[Operation], call: Call) -> None:
    if call.operation not in operations:
        routes = ", ".join(sorted(f"/v1/{operation.value}" for operation in operations))
        raise UnsupportedError(f"{call.model!r} answers {routes} only.", param="model")


def _told(exchange: Exchange) -> TellStanding:
    """Says in the answer's head what is left of the caller's limits."""

    def tell(standings: Sequence[Standing]) -> None:
        exchange.extra_headers += limit_headers(standings)

    return tell


def _request(
    call: Call, messages: list[ChatMessage], grounded: _Grounded, told: TellStanding | None
) -> AnswerRequest:
    extra = {
        name: cast("Json", msgspec.json.decode(raw))
        for name, raw in call.members.items()
        if name not in _NOT_EXTRA
    }
    return AnswerRequest(
        call.model,
        messages,
        grounded.collections,
        cast("JsonObject", grounded.filters),
        grounded.top_k,
        extra,
        call.sensitive,
        told,
        grounded.language,
    )
