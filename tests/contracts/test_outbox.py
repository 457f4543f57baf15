"""What the outbox and the relay promise, on SQLite and PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from bastide.kit.clock import SystemClock
from bastide.kit.events import DomainEvent
from bastide.platform.database.engine import open_database
from bastide.platform.database.errors import DuplicateError
from bastide.platform.database.port import Database
from bastide.platform.outbox.sql import SqlOutbox, SqlRelay
from bastide.platform.outbox.tables import outbox as table


@pytest.fixture
async def relay(database: Database) -> AsyncIterator[SqlRelay]:
    made = SqlRelay(database, SystemClock(), poll_s=0.05)
    yield made
    if made._loops:
        await made.stop()


def event(number: int, *, topic: str = "document.uploaded", key: str = "doc_1") -> DomainEvent:
    moment = datetime(2026, 1, 1, 12, 30, 15, 123456, tzinfo=UTC)
    return DomainEvent(f"evt_{number}", topic, "org_a", key, {"number": number, "parts": ["é", None]}, moment)


async def append(database: Database, outbox: SqlOutbox, *events: DomainEvent) -> None:
    async with database.transaction() as connection:
        for each in events:
            await outbox.append(connection, each)


async def count(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar_one()


async def until(met: Callable[[], bool]) -> None:
    while not met():  # noqa: ASYNC110  # the time limit is the test's own
        await asyncio.sleep(0.01)


async def until_empty(database: Database) -> None:
    while await count(database):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


class Receiver:
    def __init__(self, failures: int = 0) -> None:
        self.seen: list[DomainEvent] = []
        self.failures = failures

    @property
    def ids(self) -> list[str]:
        return [each.id for each in self.seen]

    async def __call__(self, seen: DomainEvent) -> None:
        self.seen.append(seen)
        await asyncio.sleep(0)
        if self.failures:
            self.failures -= 1
            raise ZeroDivisionError


async def test_an_event_arrives_as_it_was_and_leaves_no_row(database: Database, relay: SqlRelay) -> None:
    receiver = Receiver()
    relay.on("document.*", receiver)
    await relay.start()
    await append(database, SqlOutbox(relay.wake), event(1))
    await until_empty(database)
    assert receiver.seen == [event(1)]


async def test_a_rolled_back_event_never_was(database: Database, relay: SqlRelay) -> None:
    receiver = Receiver()
    relay.on("*", receiver)
    await relay.start()

    async def fail() -> None:
        async with database.transaction() as connection:
            await SqlOutbox(relay.wake).append(connection, event(1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await append(database, SqlOutbox(relay.wake), event(2))
    await until_empty(database)
    assert receiver.ids == ["evt_2"]


async def test_an_event_is_appended_once(database: Database) -> None:
    await append(database, SqlOutbox(), event(1))
    with pytest.raises(DuplicateError):
        await append(database, SqlOutbox(), event(1))


async def test_the_commit_wakes_the_relay(database: Database) -> None:
    relay = SqlRelay(database, SystemClock(), poll_s=3600)
    receiver = Receiver()
    relay.on("*", receiver)
    await relay.start()
    await asyncio.sleep(0.1)  # it has looked, and waits now
    await append(database, SqlOutbox(relay.wake), event(1))
    await until_empty(database)
    assert receiver.ids == ["evt_1"]
    await relay.stop()


async def test_another_process_is_heard_by_polling(database: Database, relay: SqlRelay) -> None:
    receiver = Receiver()
    relay.on("*", receiver)
    await relay.start()
    await append(database, SqlOutbox(), event(1))
    await until_empty(database)
    assert receiver.ids == ["evt_1"]


async def test_topics_select_and_all_receivers_get_it(database: Database, relay: SqlRelay) -> None:
    exact, everything = Receiver(), Receiver()
    relay.on("document.uploaded", exact)
    relay.on("*", everything)
    await append(database, SqlOutbox(), event(1), event(2, topic="collection.created"))
    await relay.start()
    await until_empty(database)
    assert exact.ids == ["evt_1"]
    assert sorted(everything.ids) == ["evt_1", "evt_2"]


async def test_events_of_one_key_keep_their_order_also_when_one_fails(
    database: Database, relay: SqlRelay
) -> None:
    receiver = Receiver(failures=2)
    relay.on("*", receiver)
    await append(database, SqlOutbox(), *(event(number) for number in range(10)))
    await relay.start()
    await until_empty(database)
    assert receiver.ids == ["evt_0", "evt_0", *(f"evt_{n}" for n in range(10))]


async def test_a_failure_blocks_only_its_key(database: Database, relay: SqlRelay) -> None:
    seen: list[str] = []

    async def deliver(event: DomainEvent) -> None:
        if event.key == "poison":
            raise ZeroDivisionError
        seen.append(event.id)

    relay.on("*", deliver)
    await append(database, SqlOutbox(), event(1, key="poison"), event(2, key="poison"), event(3), event(4))
    await relay.start()
    await until(lambda: seen == ["evt_3", "evt_4"])
    await relay.stop()
    async with database.reading() as connection:
        rows = (
            await connection.execute(select(table.c.event_id, table.c.attempts).order_by(table.c.position))
        ).all()
    assert [row.event_id for row in rows] == ["evt_1", "evt_2"]
    assert rows[0].attempts >= 1
    assert rows[1].attempts == 0


async def test_more_events_than_are_taken_at_a_time(database: Database, relay: SqlRelay) -> None:
    receiver = Receiver()
    relay.on("*", receiver)
    await append(database, SqlOutbox(), *(event(number, key=f"doc_{number % 300}") for number in range(600)))
    await relay.start()
    await until_empty(database)
    assert sorted(receiver.ids) == sorted(f"evt_{n}" for n in range(600))


async def test_what_is_cut_off_is_delivered_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bastide.platform.outbox.sql._GRACE_S", 0.01)
    started = asyncio.Event()

    async def hang(_event: DomainEvent) -> None:
        started.set()
        await asyncio.sleep(3600)

    first, second, receiver = SqlRelay(database, SystemClock()), SqlRelay(database, SystemClock()), Receiver()
    first.on("*", hang)
    second.on("*", receiver)
    await append(database, SqlOutbox(), event(1))
    await first.start()
    await started.wait()
    await first.stop()
    await second.start()
    await until_empty(database)
    await second.stop()
    assert receiver.ids == ["evt_1"]


async def test_a_dead_relays_claims_are_taken_over(database: Database, relay: SqlRelay) -> None:
    receiver = Receiver()
    relay.on("*", receiver)
    await append(database, SqlOutbox(), event(1))
    lapses = SystemClock().now() + timedelta(seconds=0.3 if database.dialect == "postgresql" else 3600)
    async with database.transaction() as connection:  # as a relay leaves it that was killed
        await connection.execute(update(table).values(due_at=lapses))
    await relay.start()
    await until_empty(database)
    assert receiver.ids == ["evt_1"]


async def test_a_slow_delivery_is_not_given_to_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("one relay per home on SQLite")
    monkeypatch.setattr("bastide.platform.outbox.sql._LEASE", timedelta(seconds=0.3))
    seen: list[str] = []

    async def slow(event: DomainEvent) -> None:
        seen.append(event.id)
        await asyncio.sleep(1)

    relays = [SqlRelay(database, SystemClock(), poll_s=0.05) for _ in range(2)]
    for each in relays:
        each.on("*", slow)
        await each.start()
    await append(database, SqlOutbox(), event(1))
    await until_empty(database)
    for each in relays:
        await each.stop()
    assert seen == ["evt_1"]


class JumpingClock:
    """Wakes up later than it fell asleep, as a laptop does."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


async def test_a_relay_that_overslept_does_not_begin_again_what_it_delivers(database: Database) -> None:
    clock = JumpingClock()
    relay = SqlRelay(database, clock, poll_s=0.01)
    seen: list[str] = []
    slow = asyncio.Event()

    async def deliver(event: DomainEvent) -> None:
        seen.append(event.id)
        await slow.wait()

    relay.on("*", deliver)
    await relay.start()
    await append(database, SqlOutbox(relay.wake), event(1), event(2))
    await until(lambda: seen == ["evt_1"])
    clock.ahead = timedelta(hours=1)
    await asyncio.sleep(0.2)
    slow.set()
    await until_empty(database)
    await relay.stop()
    assert seen == ["evt_1", "evt_2"]


@pytest.mark.heavy
async def test_several_relays_share_the_work(
    postgres_url: str, every_table: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Fewer than the keys: none takes them all.
    monkeypatch.setattr("bastide.platform.outbox.sql._AT_A_TIME", 20)
    databases = [open_database(postgres_url) for _ in range(3)]
    async with databases[0].transaction() as connection:
        await connection.run_sync(table.create)
    seen: list[tuple[int, str, str]] = []
    relays = [SqlRelay(database, SystemClock(), poll_s=0.02) for database in databases]
    shared = asyncio.Event()

    def receiver(number: int) -> Callable[[DomainEvent], AsyncIterator[None]]:
        async def deliver(event: DomainEvent) -> None:
            seen.append((number, event.key, event.id))
            if len({other for other, _, _ in seen}) > 1:
                shared.set()
            await shared.wait()  # one alone stands still here, full, until another takes the rest

        return deliver

    for number, relay in enumerate(relays):
        relay.on("*", receiver(number))
        await relay.start()
    events = [event(number, key=f"doc_{number % 40}") for number in range(400)]
    outboxes = [SqlOutbox(relay.wake) for relay in relays]
    await asyncio.gather(*(append(databases[n % 3], outboxes[n % 3], *events[n::40]) for n in range(40)))
    await until_empty(databases[0])
    for relay in relays:
        await relay.stop()
    assert Counter(id_ for _, _, id_ in seen) == Counter(each.id for each in events)
    for key in {each.key for each in events}:
        assert [id_ for _, k, id_ in seen if k == key] == [each.id for each in events if each.key == key]
    assert len({number for number, _, _ in seen}) > 1
    for database in databases:
        await database.close()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=10)
@given(
    plan=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12),
    restarts=st.lists(st.floats(0, 0.03), max_size=3),
)
async def test_whatever_fails_and_stops_every_event_arrives_in_its_keys_order(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    plan: list[tuple[int, int]],
    restarts: list[float],
) -> None:
    """`plan`: the key of each event and how often its delivery fails; `restarts`: when the relay stops."""
    monkeypatch.setattr("bastide.platform.outbox.sql._FIRST_PAUSE_S", 0.001)
    monkeypatch.setattr("bastide.platform.outbox.sql._GRACE_S", 0.001)
    failures = Counter({f"evt_{number}": times for number, (_, times) in enumerate(plan)})
    seen: list[str] = []

    async def deliver(event: DomainEvent) -> None:
        await asyncio.sleep(0.001)
        if failures[event.id]:
            failures[event.id] -= 1
            raise ZeroDivisionError
        seen.append(event.id)

    events = [event(number, key=f"doc_{key}") for number, (key, _) in enumerate(plan)]
    await append(database, SqlOutbox(), *events)
    for pause_s in [*restarts, None]:
        relay = SqlRelay(database, SystemClock(), poll_s=0.005)
        relay.on("*", deliver)
        await relay.start()
        if pause_s is None:
            await until_empty(database)
        else:
            await asyncio.sleep(pause_s)
        await relay.stop()
    for key in {each.key for each in events}:
        mine = [each.id for each in events if each.key == key]
        assert list(dict.fromkeys(id_ for id_ in seen if id_ in mine)) == mine
