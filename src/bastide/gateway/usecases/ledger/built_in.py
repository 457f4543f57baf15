"""The bookkeeping of answers that this process writes itself."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from bastide.gateway.contract import Finished, TellStanding, TokenDelta, Usage
from bastide.gateway.domain.call import Call
from bastide.gateway.domain.catalogue import Model
from bastide.gateway.domain.ledger import Outcome
from bastide.gateway.domain.usage import Counts
from bastide.gateway.usecases.guard import Guards
from bastide.gateway.usecases.guard_answer import answer_guard
from bastide.gateway.usecases.ledger.account import Accounts

Event = TypeVar("Event")


async def accounted(
    events: AsyncIterator[Event],
    accounts: Accounts,
    call: Call,
    model: Model,
    guards: Guards,
    told: TellStanding | None = None,
    outcome: Outcome = Outcome.OK,
) -> AsyncGenerator[Event | TokenDelta]:
    """The same events under the guardrails; the account is closed before the last one is given out.

    `told` gets what is left of the caller's limits before the first event comes; `outcome` is the one of an
    answer that came whole.
    """
    async with accounts.opened(call, model) as account:
        if told is not None:
            told(account.standings)
        guard = answer_guard(guards, call, account, lambda cut: account.close(cut, 400))
        async for event in events if guard is None else guard.text(events):
            if isinstance(event, Finished):
                account.close(outcome, 200, counts_of(event.usage))
            yield event


def counts_of(usage: Usage) -> Counts:
    """Usage as other slices know it, as counts."""
    return Counts(usage.prompt_tokens, usage.completion_tokens, estimated=usage.estimated)
