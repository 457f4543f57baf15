"""What a client is told when a limit is reached: which, whose, and when to come back."""

from datetime import datetime

from bastide.gateway.domain.limits import Bound, Metric, Period, Subject, period_end
from bastide.gateway.domain.prices import written
from bastide.kit.errors import BastideError, QuotaExceededError, RateLimitedError


class RequestLimitError(RateLimitedError):
    """Too many requests per minute or hour."""

    code = "limit.requests"


class TokenLimitError(RateLimitedError):
    """Too many tokens per minute or hour."""

    code = "limit.tokens"


class CostLimitError(RateLimitedError):
    """Too much spent per minute or hour."""

    code = "limit.cost"


class ConcurrencyLimitError(RateLimitedError):
    """Too many requests at a time."""

    code = "limit.concurrency"


class RequestBudgetError(QuotaExceededError):
    """The requests of a day, a month or in all are used up."""

    code = "budget.requests"


class TokenBudgetError(QuotaExceededError):
    """The tokens of a day, a month or in all are used up, or this request may need more than are left."""

    code = "budget.tokens"


class CostBudgetError(QuotaExceededError):
    """The money of a day, a month or in all is spent, or this request may cost more than is left."""

    code = "budget.cost"


_LIMITS = {
    Metric.REQUESTS: RequestLimitError,
    Metric.TOKENS: TokenLimitError,
    Metric.COST: CostLimitError,
    Metric.CONCURRENCY: ConcurrencyLimitError,
}
_BUDGETS = {
    Metric.REQUESTS: RequestBudgetError,
    Metric.TOKENS: TokenBudgetError,
    Metric.COST: CostBudgetError,
}
_WHOSE = {
    Subject.KEY: "of this API key",
    Subject.USER: "of this account",
    Subject.GROUP: "of your group",
    Subject.ORGANISATION: "of your organisation",
    Subject.MODEL: "of your organisation for this model",
}
_SLOT_PAUSE_S = 1.0


def refusal(bound: Bound, wanted: int, used: int, retry_after_s: float | None, now: datetime) -> BastideError:
    """The error for a claim that did not fit. `used` includes what running requests have reserved."""
    limit = bound.limit
    kind = _BUDGETS[limit.metric] if limit.period.is_budget else _LIMITS[limit.metric]
    pause_s = _pause_s(bound, wanted, retry_after_s, now)
    words = f"The limit of {_amount(bound)} {_WHOSE[limit.subject]} {_state(bound, wanted, used)}."
    if pause_s is not None:
        words += f" Try again in {max(1, round(pause_s))} s."
    elif wanted > limit.amount:
        words += " Ask for fewer tokens (max_tokens)."
    details: dict[str, object] = {
        "limit": limit.id,
        "subject": limit.subject.value,
        "subject_id": bound.subject_id,
        "metric": limit.metric.value,
        "period": limit.period.value,
        "amount": _number(limit.metric, limit.amount),
        "used": _number(limit.metric, used),
        "wanted": _number(limit.metric, wanted),
    }
    if pause_s is not None:
        details["retry_after_s"] = pause_s
    return kind(words, **details)


def _pause_s(bound: Bound, wanted: int, retry_after_s: float | None, now: datetime) -> float | None:
    """None when waiting does not help."""
    limit = bound.limit
    if wanted > limit.amount:
        return None
    if limit.period is Period.NOW:
        return _SLOT_PAUSE_S
    if limit.period.is_budget:
        end = period_end(limit.period, now)
        return None if end is None else (end - now).total_seconds()
    return retry_after_s


def _amount(bound: Bound) -> str:
    limit = bound.limit
    what = (
        f"{_number(limit.metric, limit.amount)} {'in money' if limit.metric is Metric.COST else limit.metric}"
    )
    if limit.metric is Metric.CONCURRENCY:
        what = f"{limit.amount} requests at a time"
    model = f" to {limit.model!r}" if limit.model else ""
    return f"{what}{'' if limit.period in {Period.NOW, Period.TOTAL} else f' per {limit.period}'}{model}"


def _state(bound: Bound, wanted: int, used: int) -> str:
    left = bound.limit.amount - used
    if left <= 0 or bound.limit.metric in {Metric.REQUESTS, Metric.CONCURRENCY}:
        return "is reached"
    metric = bound.limit.metric
    return f"leaves {_number(metric, left)}, and this request may take {_number(metric, wanted)}"


def _number(metric: Metric, amount: int) -> int | str:
    """Money as an exact decimal."""
    return written(amount) if metric is Metric.COST else amount
