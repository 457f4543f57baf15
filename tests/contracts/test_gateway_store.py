"""The gateway's rows, on SQLite and PostgreSQL."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.domain.catalogue import ProviderKind, Routing, Strategy, Zone
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry, ProviderEntry
from bastide.gateway.domain.ledger import Entry, Outcome, Totals
from bastide.gateway.domain.limits import Bound, Limit, Metric, Period, Subject
from bastide.gateway.domain.prices import Price
from bastide.gateway.domain.reports import Dimension, UsageQuery
from bastide.kit.clock import SystemClock
from bastide.kit.events import DomainEvent
from bastide.platform.database.port import Database
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.outbox.tables import outbox
from tests.fakes.audit import RecordedAudit

PROVIDER = ProviderEntry("gpu", ProviderKind.OPENAI, "http://gpu/v1", Zone.INTERNAL, sealed_key=b"\x00\xff")
MODEL = ModelEntry("big/one", Routing(Strategy.PREFIX, ("small",), 4, degrade=True))
PLACE = DeploymentEntry(
    "dep_1",
    "big/one",
    "gpu",
    "there",
    weight=3,
    price=Price(150_000, 600_000, 75_000, 10**15),
    operations=frozenset({"chat/completions"}),
)


@pytest.fixture
def store(database: Database) -> SqlGatewayStore:
    return SqlGatewayStore(database, SqlOutbox(), RecordedAudit())


async def test_what_is_put_comes_back_and_counts(store: SqlGatewayStore) -> None:
    assert await store.revision() == 0
    async with store.transaction() as unit:
        await unit.catalogue.put_provider(PROVIDER)
        await unit.catalogue.put_model(MODEL)
        await unit.catalogue.put_deployment(PLACE)
    async with store.reading() as unit:
        entries = await unit.catalogue.entries()
    assert (entries.providers, entries.models, entries.deployments) == ((PROVIDER,), (MODEL,), (PLACE,))
    assert entries.revision == await store.revision() == 3


async def test_a_second_put_replaces(store: SqlGatewayStore) -> None:
    changed = ProviderEntry("gpu", ProviderKind.AZURE, "https://x", Zone.CLOUD, lists=False, api_version="1")
    async with store.transaction() as unit:
        await unit.catalogue.put_provider(PROVIDER)
        await unit.catalogue.put_provider(changed)
        assert (await unit.catalogue.entries()).providers == (changed,)


async def test_a_model_takes_its_deployments_with_it(store: SqlGatewayStore) -> None:
    async with store.transaction() as unit:
        await unit.catalogue.put_model(MODEL)
        await unit.catalogue.put_deployment(PLACE)
        await unit.catalogue.put_provider(PROVIDER)
        await unit.catalogue.delete_model("big/one")
        entries = await unit.catalogue.entries()
        assert (entries.models, entries.deployments, entries.providers) == ((), (), (PROVIDER,))
        await unit.catalogue.delete_provider("gpu")
        await unit.catalogue.put_model(MODEL)
        await unit.catalogue.put_deployment(PLACE)
        await unit.catalogue.delete_deployment("dep_1")
        assert (await unit.catalogue.entries()).deployments == ()


async def test_a_change_that_fails_leaves_nothing_and_no_event(
    store: SqlGatewayStore, database: Database
) -> None:
    event = DomainEvent("evt_1", "model.added", "org_1", "m", {}, SystemClock().now())

    async def fail() -> None:
        async with store.transaction() as unit:
            await unit.catalogue.put_model(MODEL)
            await unit.emit(event)
            _ = 1 // 0

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await store.revision() == 0
    async with store.transaction() as unit:
        await unit.emit(event)
    async with database.reading() as connection:
        rows = (await connection.execute(select(outbox.c.topic))).scalars().all()
    assert rows == ["model.added"]


LIMIT = Limit(
    "lim_1",
    "org_1",
    Subject.USER,
    "*",
    Metric.COST,
    Period.MONTH,
    2**62,
    "big/one",
    (50, 100),
)


async def test_limits_come_back_and_count(store: SqlGatewayStore) -> None:
    async with store.transaction() as unit:
        await unit.limits.put(LIMIT)
        await unit.limits.put(replace(LIMIT, amount=5))
        await unit.limits.put(replace(LIMIT, id="lim_2", organisation_id="org_2"))
        assert await unit.limits.all() == [
            replace(LIMIT, amount=5),
            replace(LIMIT, id="lim_2", organisation_id="org_2"),
        ]
        assert await unit.limits.of("org_1") == [replace(LIMIT, amount=5)]
        await unit.limits.delete("lim_1")
        assert await unit.limits.of("org_1") == []
    assert await store.revision() == 4


def entry(number: int, **more: object) -> Entry:
    """A call of one of two people with one of two keys, some in groups, on one of two days."""
    fields: dict[str, object] = {
        "id": f"use_{number:05}",
        "at_us": 1_795_000_000_000_000 + (number % 2) * 86_400_000_000 + number,
        "organisation_id": "org_1",
        "subject_id": f"usr_{number % 2}",
        "key_id": f"key_{number % 3}" if number % 3 else "",
        "groups": ("grp_a", "grp_b")[: number % 3],
        "model": "m" if number % 4 else "n",
        "deployment": "dep_1",
        "operation": "chat/completions",
        "outcome": Outcome.FAILED if number % 5 == 0 else Outcome.OK,
        "prompt": number,
        "completion": 2 * number,
        "cached": number // 2,
        "reasoning": number // 3,
        "cost": 10**15 + number,
        **more,
    }
    return Entry(**fields)  # type: ignore[arg-type]


async def test_an_entry_counts_once_and_sums_are_exact(store: SqlGatewayStore) -> None:
    entries = [entry(number) for number in range(1, 61)]
    async with store.transaction() as unit:
        assert await unit.usage.record(entries[:40]) == entries[:40]
    async with store.transaction() as unit:
        assert await unit.usage.record(entries[20:]) == entries[40:]
        assert await unit.usage.record([]) == ()
    query = UsageQuery("org_1", entries[1].day, entries[0].day)
    async with store.reading() as unit:
        (all_of_it,) = await unit.usage.report(query)
        assert all_of_it.totals == total(entries)
        by = await unit.usage.report(replace(query, by=(Dimension.MODEL, Dimension.DAY)))
        assert {row.values: row.totals for row in by} == {
            (model, str(day)): total([e for e in entries if (e.model, e.day) == (model, day)])
            for model, day in {(e.model, e.day) for e in entries}
        }
        groups = await unit.usage.report(replace(query, by=(Dimension.GROUP,)))
        assert {row.values[0]: row.totals for row in groups} == {
            name: total([e for e in entries if name in e.groups]) for name in ("grp_a", "grp_b")
        }
        mine = await unit.usage.report(replace(query, subject_id="usr_1", key_id="key_1", model="m"))
        expected = [e for e in entries if (e.subject_id, e.key_id, e.model) == ("usr_1", "key_1", "m")]
        assert mine[0].totals == total(expected)
        one_day = await unit.usage.report(replace(query, first=entries[0].day))
        assert one_day[0].totals == total([e for e in entries if e.day == entries[0].day])
        assert await unit.usage.report(replace(query, organisation_id="org_2", by=(Dimension.DAY,))) == []


def total(entries: list[Entry]) -> Totals:
    totals = Totals()
    for each in entries:
        totals.add(each)
    return totals


async def test_single_entries_are_paged_newest_first(store: SqlGatewayStore) -> None:
    entries = [entry(number) for number in range(1, 11)]
    async with store.transaction() as unit:
        await unit.usage.record(entries)
    newest = sorted(entries, key=lambda each: each.at_us, reverse=True)
    async with store.reading() as unit:
        first = await unit.usage.entries("org_1", None, None, 4)
        assert first == newest[:4]
        assert await unit.usage.entries("org_1", None, first[-1], 100) == newest[4:]
        own = [each for each in newest if each.subject_id == "usr_1"]
        assert await unit.usage.entries("org_1", "usr_1", None, 100) == own
        assert await unit.usage.entry(newest[3].id) == newest[3]
        assert await unit.usage.entry("nobody") is None


async def test_what_is_used_of_a_budget(store: SqlGatewayStore) -> None:
    entries = [entry(number) for number in range(1, 61)]
    async with store.transaction() as unit:
        await unit.usage.record(entries)
        for limit, whose, mine in (
            (replace(LIMIT, model=None), "usr_1", lambda e: e.subject_id == "usr_1"),
            (LIMIT, "usr_1", lambda _: False),
            (replace(LIMIT, model="m"), "usr_0", lambda e: (e.subject_id, e.model) == ("usr_0", "m")),
            (replace(LIMIT, model=None, subject=Subject.KEY), "key_2", lambda e: e.key_id == "key_2"),
            (replace(LIMIT, model=None, subject=Subject.GROUP), "grp_a", lambda e: "grp_a" in e.groups),
            (replace(LIMIT, model=None, subject=Subject.ORGANISATION), "org_1", lambda _: True),
            (replace(LIMIT, model=None, subject=Subject.MODEL), "n", lambda e: e.model == "n"),
        ):
            chosen = [each for each in entries if mine(each)]
            for metric, value in (
                (Metric.COST, sum(each.cost for each in chosen)),
                (Metric.TOKENS, sum(each.prompt + each.completion for each in chosen)),
                (Metric.REQUESTS, len(chosen)),
            ):
                bound = Bound(replace(limit, metric=metric), whose)
                assert await unit.usage.used(bound, entries[1].day) == value
            later = sum(each.cost for each in chosen if each.day >= entries[0].day)
            assert await unit.usage.used(Bound(limit, whose), entries[0].day) == later


async def test_a_threshold_is_crossed_once(store: SqlGatewayStore) -> None:
    async with store.transaction() as unit:
        assert await unit.usage.cross("lim_1:usr_1:2026-11", [50, 80]) == [50, 80]
    async with store.transaction() as unit:
        assert await unit.usage.cross("lim_1:usr_1:2026-11", [50, 80, 100]) == [100]
        assert await unit.usage.cross("lim_1:usr_2:2026-11", [50]) == [50]
