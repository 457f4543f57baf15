"""Answer a question from documents, by the built-in reader or by a model."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar, cast

import structlog

from bastide.chat.contract import AnswerEvent, AnswerRequest
from bastide.chat.domain.budget import fitted, room
from bastide.chat.domain.conversation import Asked, asked
from bastide.chat.domain.prompt import prompt
from bastide.chat.domain.sources import passages_of
from bastide.chat.usecases.cite import Citer
from bastide.chat.usecases.quote import quoted
from bastide.chat.usecases.write import Written
from bastide.gateway.contract import (
    Finished,
    Gateway,
    GenerateRequest,
    ModelInfo,
    ModelNotFoundError,
    TokenDelta,
)
from bastide.identity.contract import Principal
from bastide.kit.errors import DeadlineExceededError, UnavailableError
from bastide.kit.json import JsonObject
from bastide.knowledge.contract import Hit, Knowledge, SearchQuery
from bastide.models.contract import Passage, Reader, Reading

_MAX_PASSAGES = 50
# Parameters that would make of one answer in words several, or none.
_NOT_PASSED_ON = frozenset(
    {
        "n",
        "tools",
        "tool_choice",
        "functions",
        "function_call",
        "parallel_tool_calls",
        "logprobs",
        "top_logprobs",
    }
)
_T = TypeVar("_T")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Turn:
    """What one answer is made of."""

    principal: Principal
    request: AnswerRequest
    asked: Asked
    hits: tuple[Hit, ...]
    passages: list[Passage]
    reading: Reading
    sensitive: bool


class AnswerService:
    """Satisfies `Answers`."""

    def __init__(self, knowledge: Knowledge, gateway: Gateway, reader: Reader) -> None:
        self._knowledge = knowledge
        self._gateway = gateway
        self._reader = reader

    async def answer(self, principal: Principal, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """Raises NoQuestionError, ModelNotFoundError, and what searching and generating raise."""
        model = await self._model(principal, request.model)
        turn = await self._turn(principal, request)
        # Without passages there is nothing to answer from, whoever is asked.
        events = self._quoted(turn) if model.extractive or not turn.hits else self._written(turn, model)
        async with _closing(events):
            async for event in events:
                yield event

    async def _model(self, principal: Principal, name: str) -> ModelInfo:
        for model in await self._gateway.models(principal):
            if model.name == name:
                return model
        raise ModelNotFoundError(f"There is no model {name!r}; GET /v1/models lists them.", model=name)

    async def _turn(self, principal: Principal, request: AnswerRequest) -> _Turn:
        question = asked(request.messages)
        query = SearchQuery(
            question.search_text,
            request.collections,
            request.filters,
            top_k=min(max(1, request.top_k), _MAX_PASSAGES),
        )
        result = await self._knowledge.search(principal, query)
        passages = passages_of(result.hits)
        reading = await asyncio.to_thread(
            self._reader.read,
            question.question,
            passages,
            context=question.context,
            language=request.language,
        )
        sensitive = request.sensitive or result.confidential
        return _Turn(principal, request, question, tuple(result.hits), passages, reading, sensitive)

    def _citer(self, turn: _Turn) -> Citer:
        return Citer(self._knowledge, turn.principal, turn.hits)

    def _quoted(self, turn: _Turn, *, degraded: bool = False) -> AsyncIterator[AnswerEvent]:
        return quoted(turn.reading, turn.passages, self._citer(turn), degraded=degraded)

    async def _written(self, turn: _Turn, model: ModelInfo) -> AsyncIterator[AnswerEvent]:
        """The model's answer; the reader's when the model is down before it has said a word."""
        extra: JsonObject = {
            name: value for name, value in turn.request.extra.items() if name not in _NOT_PASSED_ON
        }
        question, passages = fitted(turn.asked, turn.passages, room(model.context_tokens, extra))
        messages = prompt(question, passages, turn.reading.language)
        writing = GenerateRequest(model.name, messages, extra, turn.sensitive, turn.request.told)
        stream = self._gateway.generate(turn.principal, writing)
        async with _closing(stream):
            try:
                first = await anext(stream)
            except (UnavailableError, DeadlineExceededError) as error:
                _log.warning("chat.degraded", model=model.name, code=error.code, error=error.message)
                events = self._quoted(turn, degraded=True)
            else:
                written = Written(self._reader, passages, self._citer(turn))
                events = written.events(_chain(first, stream))
            async with _closing(events):
                async for event in events:
                    yield event


async def _chain(
    first: TokenDelta | Finished, rest: AsyncIterator[TokenDelta | Finished]
) -> AsyncIterator[TokenDelta | Finished]:
    yield first
    async for event in rest:
        yield event


def _closing(events: AsyncIterator[_T]) -> aclosing[AsyncGenerator[_T]]:
    """Closing the iterator is what cancels the model; all of them are generators."""
    return aclosing(cast("AsyncGenerator[_T]", events))
