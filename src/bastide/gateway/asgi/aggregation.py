"""A chat completion that names several models: `"bastide": {"models": […], "aggregate": …, "judge": …}`."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import cast

import msgspec

from bastide.gateway.asgi.completion import Envelope
from bastide.gateway.asgi.exchange import Exchange
from bastide.gateway.asgi.several import Answers, answer_several, stream_several
from bastide.gateway.domain.call import Call, Operation
from bastide.gateway.domain.errors import BodyError, UnsupportedError
from bastide.gateway.usecases.aggregate import Aggregate, SeveralRequest
from bastide.gateway.usecases.catalogue import LiveCatalogue
from bastide.gateway.usecases.read import messages_of
from bastide.kit.clock import Clock
from bastide.kit.json import Json

_MOST_MODELS = 8
_NOT_EXTRA = frozenset({"model", "messages", "stream", "stream_options", "bastide"})
_NOTHING = frozenset({b"null", b"false", b"[]"})
_ONE_TEXT_ONLY = ("tools", "tool_choice", "functions", "function_call", "logprobs", "top_logprobs")


class Aggregation:
    """Checks what is asked, has it answered, writes it."""

    def __init__(self, catalogue: LiveCatalogue, aggregate: Aggregate, clock: Clock) -> None:
        self._catalogue = catalogue
        self._aggregate = aggregate
        self._clock = clock

    async def answer(self, exchange: Exchange, call: Call, models: Sequence[str], judge: str | None) -> None:
        """Raises BodyError, UnsupportedError, ModelNotFoundError; the first model's error if none answers."""
        self._check(call, models, judge)
        extra = {
            name: cast("Json", msgspec.json.decode(raw))
            for name, raw in call.members.items()
            if name not in _NOT_EXTRA
        }
        envelope = Envelope(call.model, int(self._clock.now().timestamp()), call.wants_usage)
        answers = Answers([*models, *([judge] if judge else [])], judged=judge is not None)
        request = SeveralRequest(
            models, messages_of(call), extra, call.sensitive, judge, answers.standings.extend
        )
        ask = self._aggregate.side_by_side if judge is None else self._aggregate.judged
        write = stream_several if call.stream else answer_several
        async with exchange.while_connected(), aclosing(ask(call.principal, request)) as events:
            await write(exchange, events, answers, envelope)

    def _check(self, call: Call, models: Sequence[str], judge: str | None) -> None:
        if call.operation is not Operation.CHAT:
            raise UnsupportedError("Several models answer at /v1/chat/completions only.", param="bastide")
        if not 1 <= len(models) <= _MOST_MODELS or len(set(models)) < len(models):
            raise BodyError(f"'models' names 1 to {_MOST_MODELS} different models.", param="bastide")
        for name in (*models, *([judge] if judge else [])):
            self._catalogue.find(call.principal, name)
        given = [name for name in _ONE_TEXT_ONLY if bytes(call.members.get(name, b"null")) not in _NOTHING]
        if bytes(call.members.get("n", b"1")) not in {b"1", b"null"}:
            given.append("n")
        if given:
            raise UnsupportedError(
                f"Several models give one text each: leave out {', '.join(given)}.", param=given[0]
            )
