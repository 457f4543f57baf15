"""What the database port promises, on SQLite and PostgreSQL."""

import asyncio
import gc
import threading
from pathlib import Path

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    Update,
    func,
    insert,
    select,
    text,
)

from bastide.kit.errors import UnavailableError
from bastide.platform.database.engine import DatabaseUrlError, after_commit, open_database
from bastide.platform.database.errors import (
    BrokenReferenceError,
    DatabaseUnavailableError,
    DuplicateError,
    IntegrityError,
    ReadOnlyError,
)
from bastide.platform.database.hooks import at_commit
from bastide.platform.database.port import Connection, Database

own = MetaData()
accounts = Table(
    "accounts", own, Column("id", Text, primary_key=True), Column("balance", BigInteger, nullable=False)
)
notes = Table(
    "notes",
    own,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id"), nullable=False),
)


@pytest.fixture
async def bank(database: Database) -> Database:
    async with database.transaction() as connection:
        await connection.run_sync(own.create_all)
        await connection.execute(insert(accounts).values(id="a", balance=0))
    return database


async def balance(database: Database) -> int:
    async with database.reading() as connection:
        return (await connection.execute(select(accounts.c.balance).where(accounts.c.id == "a"))).scalar_one()


def add(amount: int) -> Update:
    return accounts.update().where(accounts.c.id == "a").values(balance=accounts.c.balance + amount)


async def test_a_clean_exit_commits(bank: Database) -> None:
    async with bank.transaction() as connection:
        await connection.execute(add(5))
    assert await balance(bank) == 5


async def test_an_exception_rolls_back(bank: Database) -> None:
    async def fail() -> None:
        async with bank.transaction() as connection:
            await connection.execute(add(5))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await balance(bank) == 0


async def test_concurrent_writers_lose_nothing(bank: Database) -> None:
    async def write() -> None:
        async with bank.transaction() as connection:
            await connection.execute(add(1))

    await asyncio.gather(*(write() for _ in range(60)))
    assert await balance(bank) == 60


async def test_two_programs_write_at_once(bank: Database, tables_url: str) -> None:
    other = open_database(tables_url)

    async def write(database: Database) -> None:
        for _ in range(20):
            async with database.transaction() as connection:
                await connection.execute(add(1))

    await asyncio.gather(write(bank), write(other))
    await other.close()
    assert await balance(bank) == 40


async def test_a_reader_sees_one_snapshot_while_others_write(bank: Database) -> None:
    query = select(accounts.c.balance).where(accounts.c.id == "a")
    async with bank.reading() as reader:
        before = (await reader.execute(query)).scalar_one()
        async with bank.transaction() as writer:
            await writer.execute(add(7))
        assert (await reader.execute(query)).scalar_one() == before
    assert await balance(bank) == before + 7


async def test_reading_refuses_to_write(bank: Database) -> None:
    with pytest.raises(ReadOnlyError):
        async with bank.reading() as connection:
            await connection.execute(add(1))
    assert await balance(bank) == 0


async def test_a_connection_that_has_read_may_write_later(bank: Database) -> None:
    for _ in range(30):  # more than there are connections
        assert await balance(bank) == 0
    async with bank.transaction() as connection:
        await connection.execute(add(1))
    assert await balance(bank) == 1


async def test_constraints_have_names(bank: Database) -> None:
    with pytest.raises(DuplicateError):
        async with bank.transaction() as connection:
            await connection.execute(insert(accounts).values(id="a", balance=1))
    with pytest.raises(BrokenReferenceError):
        async with bank.transaction() as connection:
            await connection.execute(insert(notes).values(id=1, account="nobody"))
    with pytest.raises(IntegrityError):
        async with bank.transaction() as connection:
            await connection.execute(insert(accounts).values(id="b", balance=None))


async def test_after_commit_runs_after_the_commit_only(bank: Database) -> None:
    called: list[str] = []

    async def fail() -> None:
        async with bank.transaction() as connection:
            after_commit(connection, lambda: called.append("rolled back"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    async with bank.transaction() as connection:
        after_commit(connection, lambda: called.append("committed"))
        assert called == []
    assert called == ["committed"]
    async with bank.transaction() as connection:  # the same connection out of the pool
        await connection.execute(add(1))
    assert called == ["committed"]


async def test_after_commit_needs_a_transaction(bank: Database) -> None:
    async with bank.reading() as connection:
        with pytest.raises(RuntimeError):
            after_commit(connection, lambda: None)


async def test_transactions_do_not_nest(bank: Database) -> None:
    with pytest.raises(RuntimeError, match="nest"):
        async with bank.transaction(), bank.transaction():
            pass
    async with bank.transaction() as connection:
        await connection.execute(add(1))
    assert await balance(bank) == 1


async def test_a_cancelled_writer_rolls_back_and_frees_its_place(bank: Database) -> None:
    inside = asyncio.Event()

    async def write() -> None:
        async with bank.transaction() as connection:
            await connection.execute(add(100))
            inside.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(write())
    await inside.wait()
    waiting = asyncio.create_task(bank.transaction().__aenter__())
    await asyncio.sleep(0)
    waiting.cancel()
    task.cancel()
    await asyncio.gather(task, waiting, return_exceptions=True)
    async with bank.transaction() as connection:
        await connection.execute(add(1))
    assert await balance(bank) == 1


@pytest.mark.usefixtures("swept")
async def test_whoever_is_cancelled_at_any_moment_leaves_nothing_open(bank: Database) -> None:
    async def read_and_write() -> None:
        await balance(bank)
        async with bank.transaction() as connection:
            await connection.execute(add(100))
            await asyncio.sleep(3600)

    for moments in range(60):
        task = asyncio.create_task(read_and_write())
        for _ in range(moments):
            await asyncio.sleep(0.0005 if moments % 2 else 0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    gc.collect()  # a connection that was left to the collector is a warning, and that an error
    await asyncio.gather(*(balance(bank) for _ in range(20)))
    async with bank.transaction() as connection:
        await connection.execute(add(1))
    assert await balance(bank) == 1


async def test_writers_take_turns_in_the_order_they_came(bank: Database) -> None:
    if bank.dialect != "sqlite":
        pytest.skip("PostgreSQL's writers do not queue")
    order: list[int] = []

    async def write(number: int) -> None:
        async with bank.transaction() as connection:
            order.append(number)
            await connection.execute(add(1))

    await asyncio.gather(*(write(number) for number in range(30)))
    assert order == list(range(30))


async def test_compact_leaves_rows_in_place(bank: Database) -> None:
    await bank.compact()
    assert await balance(bank) == 0


async def test_a_lost_connection_is_unavailable(bank: Database) -> None:
    if bank.dialect != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    with pytest.raises(UnavailableError):
        async with bank.transaction() as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await balance(bank) == 0  # the next one connects again


async def test_a_database_that_cannot_be_opened_is_unavailable() -> None:
    for url in ("sqlite:////nonexistent/folder/x.db", "postgresql://nobody@127.0.0.1:1/none"):
        database = open_database(url)
        with pytest.raises(DatabaseUnavailableError):
            async with database.reading() as connection:
                await connection.execute(select(func.count()))
        await database.close()
    for thread in threading.enumerate():  # aiosqlite does not wait for the thread of a failed connection
        if thread.name.endswith("(_connection_worker_thread)"):
            await asyncio.to_thread(thread.join)


@pytest.mark.parametrize("url", ["mysql://host/name", "sqlite://", "sqlite:///:memory:", "not a url"])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(DatabaseUrlError):
        open_database(url)


async def test_erased_text_leaves_no_trace_on_the_disk(bank: Database, tables_url: str) -> None:
    if bank.dialect != "sqlite":
        pytest.skip("PostgreSQL's files are its own")
    secret = "le secret de la princesse"
    async with bank.transaction() as connection:
        await connection.execute(
            insert(accounts), [{"id": f"{secret} {n}", "balance": n} for n in range(500)]
        )
    async with bank.transaction() as connection:
        await connection.execute(accounts.delete().where(accounts.c.id.startswith(secret)))
    await bank.compact()
    folder = Path(tables_url.removeprefix("sqlite:///")).parent
    assert not [file.name for file in folder.iterdir() if secret.encode() in file.read_bytes()]


async def test_rows_for_the_commit_are_written_together_with_the_rest_or_not_at_all(bank: Database) -> None:
    written: list[list[str]] = []

    async def write(connection: Connection, rows: list[str]) -> None:
        written.append(rows)
        await connection.execute(add(len(rows)))

    async def transfer(*, fail: bool) -> None:
        async with bank.transaction() as connection:
            for row in ("one", "two"):
                at_commit(connection, write, row)
            assert not written or fail
            if fail:
                raise ZeroDivisionError

    await transfer(fail=False)
    assert written == [["one", "two"]]
    assert await balance(bank) == 2
    with pytest.raises(ZeroDivisionError):
        await transfer(fail=True)
    assert len(written) == 1
    assert await balance(bank) == 2
    async with bank.reading() as connection:
        with pytest.raises(RuntimeError):
            at_commit(connection, write, "row")


async def test_rows_that_cannot_be_written_undo_the_transaction(bank: Database) -> None:
    async def write(connection: Connection, rows: list[str]) -> None:
        await connection.execute(insert(notes).values(id=1, account=rows[0]))
        await connection.execute(insert(notes).values(id=1, account=rows[0]))

    async def deposit() -> None:
        async with bank.transaction() as connection:
            await connection.execute(add(5))
            at_commit(connection, write, "nobody")

    with pytest.raises(IntegrityError):
        await deposit()
    assert await balance(bank) == 0
