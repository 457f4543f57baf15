"""No 60 seconds ever see more than the limit, and hardly less can be had."""

from hypothesis import given
from hypothesis import strategies as st

from bastide.gateway.adapters.memory_counters import MemoryCounters
from bastide.gateway.ports.counters import Claim, CounterKind, Granted, Unseeded

LIMIT = 20


def claim(amount: int = 1) -> Claim:
    return Claim("org", "w", CounterKind.WINDOW, LIMIT, amount, 60)


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(1, 5)), max_size=80))
async def test_a_window_is_never_passed(steps: list[tuple[float, int]]) -> None:
    now = 0.0
    counters = MemoryCounters(lambda: now)
    granted: list[tuple[float, int]] = []
    for pause, amount in steps:
        now += pause
        if isinstance(await counters.claim([claim(amount)], "x"), Granted):
            granted.append((now, amount))
        else:
            lenient = sum(each for at, each in granted if at > now - 60.25 - 1e-6)
            assert lenient + amount > LIMIT, "refused without need"
    for start, _ in granted:
        assert sum(amount for at, amount in granted if start <= at < start + 60) <= LIMIT


async def test_a_steady_flow_passes_within_one_percent_of_the_limit() -> None:
    now = 0.0
    counters = MemoryCounters(lambda: now)
    passed = 0
    for step in range(60_000):
        now = step / 100
        if now >= 60:
            passed += isinstance(await counters.claim([claim()], "x"), Granted)
        else:
            await counters.claim([claim()], "x")
    assert 0.99 * 9 * LIMIT <= passed <= 9 * LIMIT


async def test_what_is_of_no_more_use_is_forgotten() -> None:
    now = 0.0
    counters = MemoryCounters(lambda: now)
    await counters.seed("org", "b", 5, 100)
    await counters.claim([claim(), Claim("org", "s", CounterKind.SLOTS, 5, 1, 60)], "x")
    counters.settle([Claim("org", "s", CounterKind.SLOTS, 5, 1, 60)], [0], [0], "x")
    now = 200.0
    wanted = Claim("org", "b", CounterKind.BUDGET, 10, 1, 100)
    assert await counters.claim([wanted], "y") == Unseeded(("b",))
    assert not counters._counters
