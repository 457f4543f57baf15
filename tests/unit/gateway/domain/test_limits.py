"""Which limits a call meets, and when their periods end."""

from datetime import UTC, datetime

from bastide.gateway.domain.limits import (
    Limit,
    LimitBook,
    Metric,
    Period,
    Subject,
    Whose,
    period_end,
    period_start,
)
from bastide.gateway.domain.refusals import (
    ConcurrencyLimitError,
    CostBudgetError,
    RequestLimitError,
    TokenBudgetError,
    refusal,
)

NOW = datetime(2026, 12, 31, 18, 30, tzinfo=UTC)
ALICE = Whose("org", "usr_a", "key_1", ("grp_x", "grp_y"))


def limit(subject: Subject, subject_id: str, **more: object) -> Limit:
    options: dict[str, object] = {"metric": Metric.REQUESTS, "period": Period.MINUTE, "amount": 5, **more}
    name = f"{subject}-{subject_id}-{options['metric']}-{options['period']}"
    return Limit(name, "org", subject, subject_id, **options)  # type: ignore[arg-type]


def test_a_call_meets_those_of_its_key_user_groups_organisation_and_model() -> None:
    limits = [
        limit(Subject.KEY, "key_1"),
        limit(Subject.KEY, "*", amount=9),
        limit(Subject.KEY, "key_2"),
        limit(Subject.USER, "usr_b"),
        limit(Subject.GROUP, "grp_y"),
        limit(Subject.GROUP, "*", amount=7),
        limit(Subject.ORGANISATION, "org", model="other"),
        limit(Subject.ORGANISATION, "org"),
        limit(Subject.MODEL, "m"),
    ]
    book = LimitBook(limits)
    met = [(bound.limit.subject.value, bound.subject_id, bound.limit.amount) for bound in book.of(ALICE, "m")]
    assert sorted(met) == [
        ("group", "grp_x", 7),
        ("group", "grp_y", 5),
        ("group", "grp_y", 7),
        ("key", "key_1", 5),
        ("key", "key_1", 9),
        ("model", "m", 5),
        ("organisation", "org", 5),
    ]
    assert book.of(Whose("other", "usr_a", "key_1", ()), "m") == []
    counters = [bound.counter(NOW) for bound in book.of(ALICE, "m")]
    assert len(set(counters)) == len(counters)


def test_each_member_is_counted_apart() -> None:
    book = LimitBook([limit(Subject.USER, "*", period=Period.DAY)])
    (one,) = book.of(ALICE, "m")
    (two,) = book.of(Whose("org", "usr_b", "", ()), "m")
    assert one.counter(NOW) != two.counter(NOW)
    assert one.counter(NOW) == one.counter(NOW.replace(hour=1))
    assert one.counter(NOW) != one.counter(NOW.replace(day=30))


def test_periods_of_the_calendar() -> None:
    assert period_end(Period.DAY, NOW) == datetime(2027, 1, 1, tzinfo=UTC)
    assert period_start(Period.MONTH, NOW) == datetime(2026, 12, 1, tzinfo=UTC)
    assert period_end(Period.MONTH, NOW) == datetime(2027, 1, 1, tzinfo=UTC)
    assert period_end(Period.MONTH, NOW.replace(month=1)) == datetime(2026, 2, 1, tzinfo=UTC)
    assert period_end(Period.TOTAL, NOW) is None


def refused(limit: Limit, wanted: int, used: int, pause: float | None = None) -> Exception:
    (bound,) = LimitBook([limit]).of(ALICE, "m")
    return refusal(bound, wanted, used, pause, NOW)


def test_a_refusal_says_which_limit_whose_and_when() -> None:
    error = refused(limit(Subject.KEY, "key_1"), 1, 5, 12.4)
    assert isinstance(error, RequestLimitError)
    assert str(error) == ("The limit of 5 requests per minute of this API key is reached. Try again in 12 s.")
    assert error.details["retry_after_s"] == 12.4
    assert (error.details["limit"], error.details["subject_id"]) == ("key-key_1-requests-minute", "key_1")

    money = limit(Subject.USER, "*", metric=Metric.COST, period=Period.MONTH, amount=10**12)
    error = refused(money, 3 * 10**11, 9 * 10**11)
    assert isinstance(error, CostBudgetError)
    assert "leaves 0.1, and this request may take 0.3" in str(error)
    assert (error.details["used"], error.details["retry_after_s"]) == ("0.9", 5.5 * 3600)

    tokens = limit(Subject.ORGANISATION, "org", metric=Metric.TOKENS, period=Period.TOTAL, amount=100)
    error = refused(tokens, 200, 0)
    assert isinstance(error, TokenBudgetError)
    assert "max_tokens" in str(error)
    assert "retry_after_s" not in error.details

    slots = limit(Subject.MODEL, "*", metric=Metric.CONCURRENCY, period=Period.NOW, amount=2)
    error = refused(slots, 1, 2)
    assert isinstance(error, ConcurrencyLimitError)
    assert str(error).startswith("The limit of 2 requests at a time of your organisation for this model")
