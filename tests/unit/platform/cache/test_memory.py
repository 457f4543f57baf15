from hypothesis import given
from hypothesis import strategies as st

from bastide.platform.cache.memory import MemoryCache


class Time:
    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


async def test_a_value_lives_exactly_as_long_as_told() -> None:
    time = Time()
    cache = MemoryCache(now=time)
    await cache.set("k", b"1", ttl_s=10)
    time.s = 9.999
    assert await cache.get("k") == b"1"
    time.s = 10
    assert await cache.get("k") is None
    assert cache._entries == {}


async def test_expired_entries_that_nobody_asks_for_are_swept() -> None:
    time = Time()
    cache = MemoryCache(now=time)
    for number in range(100):
        await cache.set(f"k{number}", b"1", ttl_s=1)
    time.s = 60
    await cache.set("new", b"1")
    assert set(cache._entries) == {"new"}


async def test_a_full_cache_drops_what_was_set_first() -> None:
    cache = MemoryCache(capacity=3)
    for key in ("a", "b", "c"):
        await cache.set(key, b"1")
    await cache.set("a", b"2")
    await cache.set("d", b"1")
    assert await cache.get("b") is None
    assert await cache.get("a") == b"2"
    assert len(cache._entries) == 3


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1))
async def test_a_counter_is_the_sum_of_its_increments(steps: list[int]) -> None:
    cache = MemoryCache()
    for step in steps:
        total = await cache.increment("k", step)
    assert total == sum(steps)
    assert await cache.get("k") == str(sum(steps)).encode()
