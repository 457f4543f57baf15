"""The circuit breaker, with a clock of the test's."""

from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.domain.breaker import Breaker, BreakerPolicy, BreakerState

POLICY = BreakerPolicy(in_a_row=3, share=0.5, out_of=10, window_s=30, open_s=5, longest_s=20)


def failing(breaker: Breaker, times: int, now: float = 0.0) -> None:
    for _ in range(times):
        breaker.failure(now, probe=breaker.begin(now))


def test_failures_in_a_row_open_it() -> None:
    breaker = Breaker(POLICY)
    failing(breaker, 2)
    breaker.success(0, probe=False)
    failing(breaker, 2)
    assert breaker.allows(0)
    failing(breaker, 1)
    assert not breaker.allows(0)
    assert breaker.retry_after_s(1) == 4


def test_one_probe_closes_it_or_doubles_the_pause() -> None:
    breaker = Breaker(POLICY)
    failing(breaker, 3)
    for opened, pause in ((5, 10), (15, 20), (35, 20)):
        assert not breaker.allows(opened - 0.1)
        assert breaker.state(opened) is BreakerState.HALF_OPEN
        assert breaker.begin(opened)
        assert not breaker.allows(opened), "one probe at a time"
        breaker.failure(opened, probe=True)
        assert breaker.retry_after_s(opened) == pause
    assert breaker.begin(55)
    breaker.unknown(probe=True)
    assert breaker.allows(55), "a probe without a result makes room for another"
    breaker.success(56, probe=breaker.begin(56))
    assert breaker.state(56) is BreakerState.CLOSED
    failing(breaker, 3, 57)
    assert breaker.retry_after_s(57) == 5, "the pause starts anew"


def test_a_share_of_failures_opens_it() -> None:
    breaker = Breaker(POLICY)
    for number in range(9):
        (breaker.failure if number % 2 else breaker.success)(number, probe=False)
    assert breaker.allows(9)
    breaker.failure(9, probe=False)
    assert not breaker.allows(9)


def test_old_results_do_not_count() -> None:
    breaker = Breaker(POLICY)
    for number in range(8):
        (breaker.failure if number % 2 else breaker.success)(0, probe=False)
    for _ in range(2):
        breaker.success(31, probe=False)
        breaker.failure(31, probe=False)
    assert breaker.allows(31)


@given(st.lists(st.tuples(st.sampled_from(["begin", "success", "failure", "unknown"]), st.floats(0, 20))))
def test_it_always_comes_back(steps: list[tuple[str, float]]) -> None:
    breaker, now, probes = Breaker(POLICY), 0.0, 0
    for step, pause in steps:
        now += pause
        if step == "begin":
            if breaker.allows(now):
                probes += breaker.begin(now)
            continue
        probe = probes > 0
        probes -= probe
        if step == "unknown":
            breaker.unknown(probe=probe)
        else:
            getattr(breaker, step)(now, probe=probe)
        assert probes in {0, 1}
    assert breaker.allows(now + POLICY.longest_s) or probes
    assert breaker.retry_after_s(now) <= POLICY.longest_s
