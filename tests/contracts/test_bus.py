"""What the bus port promises, on every adapter."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bastide.kit.errors import UnavailableError
from bastide.kit.events import DomainEvent
from bastide.platform.bus.memory import MemoryBus
from bastide.platform.bus.port import Bus


@pytest.fixture(params=["memory"])
async def bus() -> AsyncIterator[Bus]:
    opened = MemoryBus(pauses_s=(0.0, 0.0))
    yield opened
    await opened.stop()


def event(number: int, *, topic: str = "document.indexed", key: str = "doc_1") -> DomainEvent:
    return DomainEvent(
        f"evt_{number}", topic, "org_a", key, {"number": number}, datetime(2026, 1, 1, tzinfo=UTC)
    )


class Listener:
    """Writes down what it sees; fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.seen: list[str] = []
        self.failures = failures

    async def __call__(self, seen: DomainEvent) -> None:
        self.seen.append(seen.id)
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError


async def test_every_group_gets_the_event(bus: Bus) -> None:
    one, two = Listener(), Listener()
    bus.subscribe("document.indexed", "one", one)
    bus.subscribe("document.indexed", "two", two)
    await bus.start()
    await bus.publish(event(1))
    await bus.stop()
    assert one.seen == two.seen == ["evt_1"]


async def test_within_a_group_one_handler_gets_it(bus: Bus) -> None:
    one, two = Listener(), Listener()
    bus.subscribe("document.indexed", "group", one)
    bus.subscribe("document.indexed", "group", two)
    await bus.start()
    for number in range(10):
        await bus.publish(event(number))
    await bus.stop()
    assert sorted(one.seen + two.seen) == [f"evt_{n}" for n in range(10)]


async def test_topics_select(bus: Bus) -> None:
    exact, family, everything = Listener(), Listener(), Listener()
    bus.subscribe("document.indexed", "exact", exact)
    bus.subscribe("document.*", "family", family)
    bus.subscribe("*", "everything", everything)
    await bus.start()
    for number, topic in enumerate(["document.indexed", "document.deleted", "collection.created"]):
        await bus.publish(event(number, topic=topic))
    await bus.stop()
    assert exact.seen == ["evt_0"]
    assert family.seen == ["evt_0", "evt_1"]
    assert everything.seen == ["evt_0", "evt_1", "evt_2"]


async def test_one_group_may_listen_to_several_topics(bus: Bus) -> None:
    indexed, deleted = Listener(), Listener()
    bus.subscribe("document.indexed", "group", indexed)
    bus.subscribe("document.deleted", "group", deleted)
    await bus.start()
    await bus.publish(event(1, topic="document.deleted"))
    await bus.stop()
    assert (indexed.seen, deleted.seen) == ([], ["evt_1"])


async def test_events_of_one_key_keep_their_order(bus: Bus) -> None:
    listener = Listener(failures=2)
    bus.subscribe("*", "group", listener)
    await bus.start()
    await asyncio.gather(*(bus.publish(event(number)) for number in range(20)))
    await bus.stop()
    assert listener.seen == ["evt_0", "evt_0", *(f"evt_{n}" for n in range(20))]


async def test_a_key_does_not_wait_for_another(bus: Bus) -> None:
    release = asyncio.Event()
    seen: list[str] = []

    async def handler(event: DomainEvent) -> None:
        if event.key == "slow":
            await release.wait()
        seen.append(event.id)

    bus.subscribe("*", "group", handler)
    await bus.start()
    slow = asyncio.create_task(bus.publish(event(1, key="slow")))
    await bus.publish(event(2, key="quick"))
    while not seen:  # noqa: ASYNC110  # the time limit is the test's own
        await asyncio.sleep(0)
    assert seen == ["evt_2"]
    release.set()
    await slow


async def test_a_handler_that_fails_sees_the_event_again_and_stops_nobody(bus: Bus) -> None:
    failing, healthy = Listener(failures=2), Listener()
    bus.subscribe("*", "failing", failing)
    bus.subscribe("*", "healthy", healthy)
    await bus.start()
    await bus.publish(event(1))
    await bus.publish(event(2))
    await bus.stop()
    assert failing.seen == ["evt_1"] * 3 + ["evt_2"]
    assert healthy.seen == ["evt_1", "evt_2"]


async def test_what_was_not_accepted_is_published_again(bus: Bus) -> None:
    failing, healthy = Listener(failures=3), Listener()
    bus.subscribe("*", "failing", failing)
    bus.subscribe("*", "healthy", healthy)
    await bus.start()
    with pytest.raises(UnavailableError):
        await bus.publish(event(1))
    await bus.publish(event(1))
    assert failing.seen == ["evt_1"] * 4
    assert healthy.seen == ["evt_1"]


async def test_a_stopped_bus_accepts_nothing(bus: Bus) -> None:
    with pytest.raises(UnavailableError):
        await bus.publish(event(1))
    await bus.start()
    await bus.stop()
    with pytest.raises(UnavailableError):
        await bus.publish(event(1))


async def test_stop_waits_for_running_handlers(bus: Bus) -> None:
    running, done = asyncio.Event(), asyncio.Event()

    async def handler(_event: DomainEvent) -> None:
        running.set()
        await asyncio.sleep(0.05)
        done.set()

    bus.subscribe("*", "group", handler)
    await bus.start()
    publishing = asyncio.create_task(bus.publish(event(1)))
    await running.wait()
    publishing.cancel()  # a publisher that goes away does not matter
    await bus.stop()
    assert done.is_set()
