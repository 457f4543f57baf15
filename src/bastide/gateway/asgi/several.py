"""Writes answers of several models as one chat completion of OpenAI's shape.

Side by side: one choice per model, in the order in which they were named. Judged: the judge's answer is the
only choice. The member `bastide` tells how each of them ended; a stream has it in its last chunk.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import msgspec

from bastide.gateway.asgi.completion import Envelope, completion_head, usage_members
from bastide.gateway.asgi.exchange import EVENT_STREAM, NO_BUFFERING, Exchange
from bastide.gateway.asgi.failure import fail
from bastide.gateway.asgi.limits import limit_headers
from bastide.gateway.contract import Standing, Usage
from bastide.gateway.usecases.aggregate import Ended, Piece, SeveralEvent
from bastide.kit.errors import BastideError
from bastide.kit.json import Json, JsonObject


@dataclass(slots=True)
class Answers:
    """What has come of each model. `names` ends with the judge's, if there is one.

    With a judge, `chosen` is the place of the answer that is given: the judge's, or when he has failed or had
    nothing to judge, the first one. `standings` is what is left of the caller's limits, as far as the models
    have been begun.
    """

    names: Sequence[str]
    judged: bool
    texts: dict[int, list[str]] = field(default_factory=dict[int, list[str]])
    ended: dict[int, Ended] = field(default_factory=dict[int, Ended])
    standings: list[Standing] = field(default_factory=list[Standing])

    def add(self, event: SeveralEvent) -> None:
        if isinstance(event, Piece):
            self.texts.setdefault(event.index, []).append(event.text)
        else:
            self.ended[event.index] = event

    @property
    def good(self) -> list[int]:
        return sorted(index for index, end in self.ended.items() if end.error is None)

    @property
    def chosen(self) -> list[int]:
        """Whose answers are the choices."""
        good = self.good
        if not self.judged:
            return good
        judge = len(self.names) - 1
        return [judge if judge in good else good[0]]

    def require(self) -> None:
        """Raises the error of the first model when none has answered."""
        errors = [end.error for _, end in sorted(self.ended.items()) if end.error is not None]
        if not self.good and errors:
            raise errors[0]

    def text(self, index: int) -> str:
        return "".join(self.texts.get(index, []))

    def reason(self, index: int) -> str:
        finished = self.ended[index].finished
        return finished.reason if finished is not None else "stop"

    @property
    def usage(self) -> Usage:
        """Of all of them."""
        used = [end.finished.usage for end in self.ended.values() if end.finished is not None]
        return Usage(
            sum(each.prompt_tokens for each in used),
            sum(each.completion_tokens for each in used),
            any(each.estimated for each in used),
        )

    def told(self) -> JsonObject:
        """The member `bastide`."""
        answers: list[Json] = [self._told(index, end) for index, end in sorted(self.ended.items())]
        word = "judge" if self.judged else "side_by_side"
        judge = len(self.names) - 1
        state: JsonObject = {"aggregate": word, "answers": answers}
        return state | ({"judged": judge in self.good} if self.judged else {})

    def _told(self, index: int, end: Ended) -> JsonObject:
        told: JsonObject = {"model": self.names[index], "ok": end.error is None}
        if end.error is not None:
            told["error"] = {"code": end.error.code, "message": end.error.message}
            return told
        if self.judged and index < len(self.names) - 1:
            told["content"] = self.text(index)
        if end.finished is not None:
            told["usage"] = usage_members(end.finished.usage)
        return told


async def answer_several(
    exchange: Exchange, events: AsyncIterator[SeveralEvent], answers: Answers, envelope: Envelope
) -> None:
    """One completion. Raises the first model's error when none has answered."""
    async for event in events:
        answers.add(event)
    answers.require()
    choices: list[Json] = []
    for place, index in enumerate(answers.chosen):
        message: JsonObject = {"role": "assistant", "content": answers.text(index)}
        choices.append(
            {
                "index": place if answers.judged else index,
                "model": answers.names[index],
                "message": message,
                "finish_reason": answers.reason(index),
                "logprobs": None,
            }
        )
    body = completion_head("chat.completion", envelope) | {"choices": choices}
    body |= {"usage": usage_members(answers.usage), "bastide": answers.told()}
    await exchange.answer(200, msgspec.json.encode(body), headers=limit_headers(answers.standings))


async def stream_several(
    exchange: Exchange, events: AsyncIterator[SeveralEvent], answers: Answers, envelope: Envelope
) -> None:
    """Chunks of all models as they come; of a judge's only, once he begins. The head waits for the first."""
    head = completion_head("chat.completion.chunk", envelope)
    judge = len(answers.names) - 1
    begun: set[int] = set()
    try:
        async for event in events:
            answers.add(event)
            if answers.judged and event.index != judge:
                continue
            await _write(exchange, head, event, answers, begun)
        answers.require()
        if answers.judged and judge not in begun:
            for index in answers.chosen:
                await _write(exchange, head, Piece(index, answers.text(index)), answers, begun)
                await _write(exchange, head, answers.ended[index], answers, begun)
    except BastideError as error:
        if not exchange.started:
            raise
        await fail(exchange, error)
        return
    await _start(exchange, answers)
    last: JsonObject = {**head, "choices": [], "bastide": answers.told()}
    if envelope.wants_usage:
        last["usage"] = usage_members(answers.usage)
    await exchange.write(_data(last) + b"data: [DONE]\n\n", last=True)


async def _write(
    exchange: Exchange, head: JsonObject, event: SeveralEvent, answers: Answers, begun: set[int]
) -> None:
    if isinstance(event, Ended) and (event.error is not None or event.index not in begun):
        return
    await _start(exchange, answers)
    delta: JsonObject = {} if isinstance(event, Ended) else {"content": event.text}
    if event.index not in begun:
        begun.add(event.index)
        delta["role"] = "assistant"
    reason = answers.reason(event.index) if isinstance(event, Ended) else None
    place = 0 if answers.judged else event.index
    choice: JsonObject = {"index": place, "delta": delta, "finish_reason": reason, "logprobs": None}
    await exchange.write(_data({**head, "model": answers.names[event.index], "choices": [choice]}))


async def _start(exchange: Exchange, answers: Answers) -> None:
    if not exchange.started:
        await exchange.start(200, EVENT_STREAM, (*NO_BUFFERING, *limit_headers(answers.standings)))


def _data(value: JsonObject) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"
