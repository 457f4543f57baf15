"""Who is alive: a row per working process, with a lease that it keeps renewing.

DBOS recovers the workflows of the executors that it is told are dead. A process without a lease is dead;
should it come back, DBOS refuses what it writes about workflows that others have claimed since.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Engine,
    MetaData,
    Table,
    Text,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    text,
    update,
)

from bastide.platform.workflows.store import SCHEMA


class Leases:
    """Blocking calls: use them from threads.

    On SQLite there is one process, which holds the home's lock: whoever was there before is dead, and the
    lease never ends.
    """

    def __init__(self, engine: Engine, executor_id: str, lease_s: float) -> None:
        self._engine = engine
        self._executor_id = executor_id
        self._alone = engine.dialect.name == "sqlite"
        schema = None if self._alone else SCHEMA
        self._table = Table(
            "bastide_executors",
            MetaData(schema=schema),
            Column("executor_id", Text, primary_key=True),
            Column("until_ms", BigInteger, nullable=False),
        )
        self._workflows = Table(
            "workflow_status", MetaData(schema=schema), Column("status", Text), Column("executor_id", Text)
        )
        self._until_ms = self._now_ms() + literal(int(lease_s * 1000), BigInteger)

    def open(self) -> None:
        """Make the table where it is missing, and take the lease."""
        with self._engine.begin() as connection:
            if not self._alone:
                connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('bastide_executors'))"))
            self._table.create(connection, checkfirst=True)
            if self._alone:
                connection.execute(delete(self._table))
        self.renew()

    def renew(self) -> bool:
        """False when the lease had lapsed: others may have taken this process's workflows over."""
        mine = self._table.c.executor_id == self._executor_id
        with self._engine.begin() as connection:
            renewal = update(self._table).where(mine, self._alive()).values(until_ms=self._until_ms)
            if connection.execute(renewal).rowcount:
                return True
            connection.execute(delete(self._table).where(mine))
            connection.execute(
                insert(self._table).values(executor_id=self._executor_id, until_ms=self._until_ms)
            )
        return False

    def give_up(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(delete(self._table).where(self._table.c.executor_id == self._executor_id))

    def dead(self) -> list[str]:
        """The executors that hold workflows and no lease."""
        alive = select(self._table.c.executor_id).where(self._alive())
        executor_id = self._workflows.c.executor_id
        holders = (
            select(executor_id)
            .where(self._workflows.c.status == "PENDING", executor_id.not_in(alive))
            .distinct()
        )
        with self._engine.begin() as connection:
            found = list(connection.scalars(holders))
            connection.execute(delete(self._table).where(~self._alive()))
        return found

    def _alive(self) -> ColumnElement[bool]:
        return self._table.c.until_ms >= self._now_ms()

    def _now_ms(self) -> ColumnElement[int]:
        """By the database's clock: those of the processes may differ."""
        if self._alone:
            return literal(0, BigInteger)
        return cast(func.extract("epoch", func.clock_timestamp()) * 1000, BigInteger)
