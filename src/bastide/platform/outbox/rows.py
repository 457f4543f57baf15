"""The relay's statements on the table `outbox`.

Only the oldest row of a key can be claimed, which keeps a key's order over any number of relays. To claim
a row is to move its `due_at` into the future, out of the other relays' sight: while its relay lives it
moves `due_at` on; when the relay dies the row becomes due by itself. A failure sets a longer pause.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.kit.events import DomainEvent
from bastide.platform.outbox.tables import outbox


@dataclass(frozen=True, slots=True)
class Claimed:
    """An event that this relay is to deliver; `attempts` have failed so far."""

    position: int
    attempts: int
    event: DomainEvent


@dataclass(frozen=True, slots=True)
class Postponed:
    """An event that was not delivered."""

    position: int
    attempts: int
    due_at: datetime


async def anything_due(connection: AsyncConnection, now: datetime) -> bool:
    query = select(outbox.c.position).where(outbox.c.due_at <= now).limit(1)
    return (await connection.execute(query)).first() is not None


async def claim(
    connection: AsyncConnection, now: datetime, until: datetime, limit: int, *, held: Collection[int]
) -> list[Claimed]:
    """`held`: what the caller is delivering; its claim may have lapsed while the machine slept."""
    older = outbox.alias()
    first = ~exists().where(older.c.key == outbox.c.key, older.c.position < outbox.c.position)
    due = (
        select(outbox.c.position)
        .where(outbox.c.due_at <= now, outbox.c.position.not_in(held), first)
        .order_by(outbox.c.position)
        .limit(limit)
    )
    if connection.dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    claimed = select(due.cte("due").c.position)  # a CTE: PostgreSQL runs it once, whatever its plan
    statement = update(outbox).where(outbox.c.position.in_(claimed)).values(due_at=until).returning(outbox)
    rows = (await connection.execute(statement)).mappings().all()
    return sorted((_claimed(row) for row in rows), key=lambda row: row.position)


async def settle(
    connection: AsyncConnection, delivered: Collection[int], postponed: Collection[Postponed]
) -> None:
    if delivered:
        await connection.execute(delete(outbox).where(outbox.c.position.in_(delivered)))
    for row in postponed:
        values = {"attempts": row.attempts, "due_at": row.due_at}
        await connection.execute(update(outbox).where(outbox.c.position == row.position).values(values))


async def renew(connection: AsyncConnection, positions: Collection[int], until: datetime) -> None:
    await connection.execute(update(outbox).where(outbox.c.position.in_(positions)).values(due_at=until))


async def release_all(connection: AsyncConnection, now: datetime) -> None:
    """Give back every claim. Only where no other relay can be alive."""
    await connection.execute(update(outbox).where(outbox.c.due_at > now).values(due_at=now))


async def lock_key(connection: AsyncConnection, key: str) -> None:
    """One writer per key until its commit, on PostgreSQL; SQLite has one writer at all.

    Positions are given before the commit: without this, of two transactions with one key the one with the
    later position could be seen, and delivered, first.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def _claimed(row: RowMapping) -> Claimed:
    event = DomainEvent(
        id=row["event_id"],
        topic=row["topic"],
        organisation_id=row["organisation_id"],
        key=row["key"],
        payload=row["payload"],
        occurred_at=row["occurred_at"],
    )
    return Claimed(row["position"], row["attempts"], event)
