"""The gateway's rows, on SQLite and PostgreSQL."""

import pytest
from sqlalchemy import select

from bastide.gateway.adapters.sql import SqlGatewayStore
from bastide.gateway.domain.catalogue import ProviderKind, Routing, Strategy, Zone
from bastide.gateway.domain.entries import DeploymentEntry, ModelEntry, ProviderEntry
from bastide.gateway.domain.prices import Price
from bastide.kit.clock import SystemClock
from bastide.kit.events import DomainEvent
from bastide.platform.database.port import Database
from bastide.platform.outbox.sql import SqlOutbox
from bastide.platform.outbox.tables import outbox

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
    return SqlGatewayStore(database, SqlOutbox())


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
