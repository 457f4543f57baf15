"""Counters of limits and budgets, in one process and on Redis."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bastide.gateway.adapters.memory_counters import MemoryCounters
from bastide.gateway.adapters.redis_counters import RedisCounters
from bastide.gateway.ports.counters import Claim, CounterKind, Counters, Granted, Refused, Unseeded


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.heavy)])
async def several(request: pytest.FixtureRequest) -> AsyncIterator[list[Counters]]:
    """Two processes' counters; in one process they are the same."""
    if request.param == "memory":
        counters = MemoryCounters()
        opened: list[Counters] = [counters, counters]
    else:
        url = request.getfixturevalue("redis_url")
        opened = [RedisCounters(url), RedisCounters(url)]
    yield opened
    for each in opened:
        await each.close()


@pytest.fixture
def counters(several: list[Counters]) -> Counters:
    return several[0]


def window(amount: int = 1, limit: int = 10, period_s: float = 60) -> Claim:
    return Claim("org", "requests", CounterKind.WINDOW, limit, amount, period_s)


def budget(amount: int, limit: int = 100, name: str = "money") -> Claim:
    return Claim("org", name, CounterKind.BUDGET, limit, amount, 3600)


def slots(limit: int = 2) -> Claim:
    return Claim("org", "slots", CounterKind.SLOTS, limit, 1, 3600)


async def until_used(counters: Counters, name: str, expected: int) -> None:
    """Settlements are told in the background."""
    while await counters.used("org", name) != expected:  # noqa: ASYNC110  # the time limit is the test's
        await asyncio.sleep(0.01)


async def test_a_window_grants_its_limit_and_not_one_more(several: list[Counters]) -> None:
    one, other = several
    answers = [await (one, other)[number % 2].claim([window()], f"r{number}") for number in range(12)]
    granted = [answer for answer in answers if isinstance(answer, Granted)]
    assert [answer.remaining for answer in granted] == [(left,) for left in range(9, -1, -1)]
    refused = answers[-1]
    assert isinstance(refused, Refused)
    assert (refused.index, refused.used) == (0, 10)
    assert refused.retry_after_s is not None
    assert 58 < refused.retry_after_s <= 60.5


async def test_a_window_forgets(counters: Counters) -> None:
    claim = window(limit=3, period_s=0.5)
    assert isinstance(await counters.claim([claim] * 1, "a"), Granted)
    assert isinstance(await counters.claim([window(2, 3, 0.5)], "b"), Granted)
    refused = await counters.claim([claim], "c")
    assert isinstance(refused, Refused)
    assert refused.retry_after_s is not None
    await asyncio.sleep(refused.retry_after_s)
    assert isinstance(await counters.claim([claim], "d"), Granted)


async def test_what_never_fits_has_no_time(counters: Counters) -> None:
    refused = await counters.claim([window(amount=11)], "a")
    assert refused == Refused(0, 0, None)


async def test_all_claims_hold_or_none(counters: Counters) -> None:
    await counters.seed("org", "money", 95, 3600)
    for _ in range(3):
        refused = await counters.claim([window(), slots(), budget(10)], "a")
        assert refused == Refused(2, 95, None)
    granted = await counters.claim([window(), slots(), budget(5)], "b")
    assert isinstance(granted, Granted)
    assert granted.remaining == (9, 1, 0)


async def test_a_budget_is_asked_for_its_start_and_settled(counters: Counters) -> None:
    claim = budget(40)
    assert await counters.claim([window(), claim], "a") == Unseeded(("money",))
    await counters.seed("org", "money", 30, 3600)
    await counters.seed("org", "money", 99, 3600)
    granted = await counters.claim([claim], "a")
    assert isinstance(granted, Granted)
    assert granted.remaining == (30,)
    assert await counters.used("org", "money") == 70
    assert isinstance(await counters.claim([claim], "b"), Refused)
    counters.settle([claim], granted.marks, [7], "a")
    await until_used(counters, "money", 37)
    assert isinstance(await counters.claim([claim], "b"), Granted)


async def test_a_window_is_settled_where_it_was_claimed(counters: Counters) -> None:
    claim = window(8)
    granted = await counters.claim([claim], "a")
    assert isinstance(granted, Granted)
    counters.settle([claim], granted.marks, [3], "a")
    while isinstance(await counters.claim([window(7)], "b"), Refused):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    assert isinstance(await counters.claim([window()], "c"), Refused)


async def test_slots_are_held_until_settled(counters: Counters) -> None:
    granted = await counters.claim([slots()], "a")
    assert isinstance(granted, Granted)
    assert isinstance(await counters.claim([slots()], "b"), Granted)
    assert await counters.claim([slots()], "c") == Refused(0, 2, None)
    counters.settle([slots()], granted.marks, [0], "a")
    while isinstance(await counters.claim([slots()], "c"), Refused):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


async def test_parallel_claims_never_overspend(several: list[Counters]) -> None:
    await several[0].seed("org", "money", 0, 3600)
    claims = [several[number % 2].claim([budget(7)], f"r{number}") for number in range(60)]
    answers = await asyncio.gather(*claims)
    assert sum(isinstance(answer, Granted) for answer in answers) == 100 // 7
    assert await several[0].used("org", "money") == 98


async def test_large_amounts_are_exact(counters: Counters) -> None:
    large = 2**61 + 1
    await counters.seed("org", "money", large, 3600)
    claim = budget(3, limit=2**62)
    granted = await counters.claim([claim], "a")
    assert isinstance(granted, Granted)
    counters.settle([claim], granted.marks, [1], "a")
    await until_used(counters, "money", large + 1)


@pytest.mark.heavy
async def test_a_process_that_dies_gives_back_what_it_had_reserved(redis_url: str) -> None:
    dying, living = RedisCounters(redis_url, lease_s=0.3), RedisCounters(redis_url, lease_s=0.3)
    await living.seed("org", "money", 0, 3600)
    assert isinstance(await dying.claim([budget(90), slots(1)], "a"), Granted)
    await asyncio.sleep(0.5)
    assert isinstance(await living.claim([budget(90), slots(1)], "b"), Refused), "it lives and renews"
    dying._task.cancel()  # type: ignore[union-attr]
    await asyncio.sleep(0.5)
    assert isinstance(await living.claim([budget(90), slots(1)], "b"), Granted)
    for each in (dying, living):
        await each.close()
