"""How often a statement goes to the thread of its connection."""

import asyncio
import threading
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from bastide.platform.database.engine import open_database
from bastide.platform.database.sqlite_driver import OneTripConnection
from tests.contracts.test_database import accounts, own


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made: list[str] = []
    go = OneTripConnection._execute

    async def counted(self: OneTripConnection, fn: object, *args: object, **named: object) -> object:
        made.append(getattr(fn, "__name__", ""))
        return await go(self, fn, *args, **named)

    monkeypatch.setattr(OneTripConnection, "_execute", counted)
    return made


async def test_a_statement_makes_one_trip(tmp_path: Path, trips: list[str]) -> None:
    database = open_database(f"sqlite:///{tmp_path}/a.db")
    async with database.transaction() as connection:
        await connection.run_sync(own.create_all)
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))  # connected
    trips.clear()
    async with database.transaction() as connection:
        added = await connection.execute(
            insert(accounts), [{"id": "a", "balance": 1}, {"id": "b", "balance": 2}]
        )
        assert added.rowcount == 2
    assert trips == ["_run", "_run", "commit"]
    trips.clear()
    async with database.reading() as connection:
        assert (await connection.execute(select(accounts).order_by("id"))).all() == [("a", 1), ("b", 2)]
    assert trips == ["_run", "_run", "commit"]
    await database.close()


async def test_a_statement_that_nobody_waits_for_any_more_is_undone(tmp_path: Path) -> None:
    connection = OneTripConnection(str(tmp_path / "a.db"))
    await connection
    held = threading.Event()
    waiting = asyncio.create_task(connection.run(lambda _: held.wait()))
    begin = asyncio.create_task(connection.cursor().execute("BEGIN"))
    await asyncio.sleep(0)
    begin.cancel()
    undone = asyncio.gather(begin, connection.rollback(), return_exceptions=True)
    await asyncio.sleep(0)
    held.set()
    await waiting
    await undone
    assert not connection.in_transaction
    await connection.close()
