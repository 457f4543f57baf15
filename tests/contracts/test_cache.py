"""What the cache port promises, in one process and on Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bastide.platform.cache.errors import CacheUnavailableError, NotACounterError
from bastide.platform.cache.memory import MemoryCache
from bastide.platform.cache.port import Cache
from bastide.platform.cache.redis import RedisCache


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.heavy)])
async def caches(request: pytest.FixtureRequest) -> AsyncIterator[list[Cache]]:
    """Two clients of one cache; in one process they are the same."""
    if request.param == "memory":
        cache = MemoryCache()
        opened: list[Cache] = [cache, cache]
    else:
        url = request.getfixturevalue("redis_url")
        opened = [RedisCache(url), RedisCache(url)]
    yield opened
    for cache in opened:
        await cache.close()


@pytest.fixture
def cache(caches: list[Cache]) -> Cache:
    return caches[0]


async def until(met: Callable[[], Awaitable[bool]]) -> None:
    while not await met():  # noqa: ASYNC110  # the time limit is the test's own
        await asyncio.sleep(0.01)


async def test_a_value_comes_back(caches: list[Cache]) -> None:
    one, other = caches
    assert await one.get("k") is None
    await one.set("k", b"\x00\xff")
    assert await other.get("k") == b"\x00\xff"
    await other.set("k", b"")
    assert await one.get("k") == b""


async def test_a_value_expires(cache: Cache) -> None:
    await cache.set("k", b"1", ttl_s=0.05)
    await cache.set("kept", b"1")
    await until(lambda: gone(cache, "k"))
    assert await cache.get("kept") == b"1"


async def gone(cache: Cache, key: str) -> bool:
    return await cache.get(key) is None


async def test_setting_replaces_the_time_to_live(cache: Cache) -> None:
    await cache.set("k", b"1", ttl_s=0.05)
    await cache.set("k", b"2")
    await cache.set("other", b"1", ttl_s=0.05)
    await until(lambda: gone(cache, "other"))
    assert await cache.get("k") == b"2"


async def test_of_many_who_add_one_succeeds(caches: list[Cache]) -> None:
    added = await asyncio.gather(*(caches[n % 2].add("k", b"%d" % n, ttl_s=60) for n in range(20)))
    assert sum(added) == 1
    assert await caches[0].get("k") == b"%d" % added.index(True)


async def test_what_was_added_is_free_again_after_its_time(cache: Cache) -> None:
    assert await cache.add("k", b"1", ttl_s=0.05)
    await until(lambda: gone(cache, "k"))
    assert await cache.add("k", b"2", ttl_s=60)


async def test_delete_counts_what_was_there(cache: Cache) -> None:
    await cache.set("a", b"1")
    await cache.set("b", b"1")
    assert await cache.delete("a", "b", "c") == 2
    assert await cache.delete("a") == 0
    assert await cache.delete() == 0


async def test_increments_add_up(caches: list[Cache]) -> None:
    counts = await asyncio.gather(*(caches[n % 2].increment("k", 2) for n in range(50)))
    assert sorted(counts) == list(range(2, 102, 2))
    assert await caches[0].get("k") == b"100"
    assert await caches[0].increment("k", -100) == 0


async def test_a_counter_keeps_its_first_time_to_live(cache: Cache) -> None:
    await cache.increment("k", ttl_s=0.2)
    await cache.increment("k", ttl_s=3600)
    await until(lambda: gone(cache, "k"))
    assert await cache.increment("k") == 1


async def test_a_counter_without_time_to_live_gets_none_later(cache: Cache) -> None:
    await cache.increment("k")
    await cache.increment("k", ttl_s=0.05)
    await cache.set("other", b"1", ttl_s=0.1)
    await until(lambda: gone(cache, "other"))
    assert await cache.get("k") == b"2"


async def test_what_is_no_number_cannot_be_counted(cache: Cache) -> None:
    await cache.set("k", b"word")
    with pytest.raises(NotACounterError):
        await cache.increment("k")


async def test_messages_reach_every_subscriber_of_the_channel(caches: list[Cache]) -> None:
    one, other = caches
    async with one.subscribe("a", "b") as both, other.subscribe("b") as second:
        await other.publish("a", b"1")
        await one.publish("b", b"2")
        await one.publish("c", b"3")
        await one.publish("b", b"\xff")
        assert [await anext(both) for _ in range(3)] == [("a", b"1"), ("b", b"2"), ("b", b"\xff")]
        assert [await anext(second) for _ in range(2)] == [("b", b"2"), ("b", b"\xff")]


async def test_messages_from_before_are_kept_for_nobody(cache: Cache) -> None:
    await cache.publish("a", b"early")
    async with cache.subscribe("a") as messages:
        await cache.publish("a", b"late")
        assert await anext(messages) == ("a", b"late")


async def test_a_slow_reader_loses_the_oldest(cache: Cache) -> None:
    async with cache.subscribe("a") as messages:
        for number in range(1500):
            await cache.publish("a", b"%d" % number)
        while messages._messages[-1][1] != b"1499":  # noqa: ASYNC110  # nothing of the port tells
            await asyncio.sleep(0.01)
        first = int((await anext(messages))[1])
        assert first == 500
        last = first
        while last < 1499:
            last = int((await anext(messages))[1])


async def test_closing_ends_the_subscriptions(caches: list[Cache]) -> None:
    async with caches[0].subscribe("a") as messages:
        reading = asyncio.create_task(all_of(messages))
        await asyncio.sleep(0)
        await caches[0].close()
        assert await reading == []


async def all_of(messages: AsyncIterator[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    return [message async for message in messages]


async def test_a_server_that_does_not_answer_is_unavailable() -> None:
    cache = RedisCache("redis://127.0.0.1:1/0")
    for attempt in (cache.get("k"), cache.set("k", b""), cache.increment("k"), cache.publish("a", b"")):
        with pytest.raises(CacheUnavailableError):
            await attempt
    with pytest.raises(CacheUnavailableError):
        async with cache.subscribe("a"):
            pass
    await cache.close()


@pytest.mark.heavy
@pytest.mark.parametrize("silence_s", [None, 0.3])
async def test_a_subscription_ends_with_its_connection(redis_url: str, silence_s: float | None) -> None:
    """Whoever goes on listening would not know that it has missed something."""
    cache = RedisCache(redis_url)
    async with cache.subscribe("a", silence_s=silence_s) as messages:
        await cache.publish("a", b"heard")
        assert await anext(messages) == ("a", b"heard")
        await cache._client.client_kill_filter(_type="pubsub")
        async with asyncio.timeout(1):
            assert await all_of(messages) == []
    await cache.close()


@pytest.mark.heavy
async def test_a_subscription_ends_when_the_server_hangs(redis_url: str) -> None:
    cache = RedisCache(redis_url)
    async with cache.subscribe("a", silence_s=0.3) as messages:
        reading = asyncio.create_task(all_of(messages))
        await asyncio.sleep(1)  # nothing is said, but it answers
        assert not reading.done()
        with redis.Redis.from_url(redis_url) as client:
            client.client_pause(1500)
        async with asyncio.timeout(1):
            assert await reading == []
    await cache.close()


KEYS = st.sampled_from(["a", "b", "org_x:session:1"])
VALUES = st.one_of(
    st.binary(max_size=8), st.sampled_from([b"7", b"-12", b"+7", b" 7", b"07", b"1_0", b"-0", b""])
)
COMMANDS = st.one_of(
    st.tuples(st.just("get"), KEYS),
    st.tuples(st.just("set"), KEYS, VALUES),
    st.tuples(st.just("add"), KEYS, VALUES),
    st.tuples(st.just("delete"), KEYS, KEYS),
    st.tuples(st.just("increment"), KEYS, st.integers(-(2**40), 2**40)),
)


async def answer(cache: Cache, command: tuple[Any, ...]) -> object:
    name, *arguments = command
    options = {"ttl_s": 60.0} if name == "add" else {}
    try:
        return await getattr(cache, name)(*arguments, **options)
    except NotACounterError:
        return "not a counter"


@pytest.mark.heavy
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(commands=st.lists(COMMANDS, max_size=25))
async def test_one_process_answers_as_redis_does(redis_url: str, commands: list[tuple[Any, ...]]) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
    memory, shared = MemoryCache(), RedisCache(redis_url)
    try:
        for command in commands:
            assert await answer(memory, command) == await answer(shared, command)
    finally:
        await shared.close()
