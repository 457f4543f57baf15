"""Guardrails over one answer: whole, streamed as events, or as text of this process."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from typing import TypeVar, cast

import msgspec

from bastide.gateway.contract import TokenDelta
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.errors import GuardrailError
from bastide.gateway.domain.guardrails.filter import Finding, TextFilter
from bastide.gateway.domain.guardrails.rules import Screen, Stage
from bastide.gateway.domain.guardrails.stream import StreamGuard
from bastide.gateway.domain.guardrails.texts import with_texts
from bastide.gateway.domain.ledger import Outcome
from bastide.gateway.usecases.guard import Guards, Screening, raise_blocked, written
from bastide.gateway.usecases.ledger.account import Account
from bastide.kit.json import Json

Event = TypeVar("Event")


class AnswerGuard:
    """What is found is noted in the call's account before the account is closed.

    Args:
        cut: closes the account of an answer that is blocked.
    """

    def __init__(
        self,
        guards: Guards,
        call: Call,
        account: Account,
        screens: Sequence[Screen],
        cut: Callable[[Outcome], None],
    ) -> None:
        self._guards = guards
        self._call = call
        self._account = account
        self._screens = screens
        self._cut = cut
        self._stream = StreamGuard(screens)
        self._told: set[Finding] = set()

    @property
    def blocks(self) -> bool:
        """Whether the streamed answer must end here: `check` says so."""
        return self._stream.blocked is not None

    def event(self, event: bytes) -> bytes:
        """One event of a stream; after `blocks` nothing more may be passed on."""
        passed = self._stream.feed(event)
        self._note(self._stream.findings)
        return passed

    def rest(self) -> bytes:
        """What is held back of a stream that ends without saying so."""
        passed = self._stream.finish()
        self._note(self._stream.findings)
        return passed

    async def check(self) -> None:
        """Raises GuardrailError: what came so far must not be passed on."""
        await self._conclude(self._stream.findings)

    async def whole(self, body: bytes) -> bytes:
        """An answer at once, JSON or plain text. Raises GuardrailError."""
        screening = Screening(self._screens)
        value = _decoded(body)
        if value is None:
            value = body.decode("utf-8", "replace")
        passed = with_texts(value, screening.passed)
        if passed is not value:
            body = (
                passed.encode() if isinstance(passed, str) else msgspec.json.encode(_without_tokens(passed))
            )
        self._note(screening.findings)
        await self._conclude(screening.findings)
        return body

    async def text(self, events: AsyncIterator[Event]) -> AsyncGenerator[Event | TokenDelta]:
        """The same events; text that waits leaves before any other event. Raises GuardrailError."""
        one = TextFilter(self._screens)
        async for event in events:
            passed = one.feed(event.text) if isinstance(event, TokenDelta) else one.finish()
            self._note(one.findings)
            await self._conclude(one.findings)
            if passed:
                yield TokenDelta(passed)
            if not isinstance(event, TokenDelta):
                yield event
                one = TextFilter(self._screens)

    def _note(self, findings: Sequence[Finding]) -> None:
        if findings:
            self._account.findings |= written(findings, Stage.AFTER)

    async def _conclude(self, findings: Sequence[Finding]) -> None:
        new = set(findings) - self._told
        if not new:
            return
        self._told |= new
        await self._guards.tell(self._call, Stage.AFTER, new)
        try:
            raise_blocked(findings, Stage.AFTER)
        except GuardrailError:
            self._cut(Outcome.BLOCKED)
            raise


def answer_guard(
    guards: Guards, call: Call, account: Account, cut: Callable[[Outcome], None]
) -> AnswerGuard | None:
    """None when nothing applies to the answer."""
    screens = guards.screens(call, Stage.AFTER)
    return AnswerGuard(guards, call, account, screens, cut) if screens else None


def _decoded(body: bytes) -> Json:
    """None for what is not JSON."""
    try:
        return cast("Json", msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _without_tokens(value: Json) -> Json:
    """Probabilities name the tokens that a mask hides."""
    choices = value.get("choices") if isinstance(value, dict) else None
    for choice in choices if isinstance(choices, list) else []:
        if isinstance(choice, dict) and choice.get("logprobs") is not None:
            choice["logprobs"] = None
    return value
