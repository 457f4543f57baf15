from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, delete, func, or_, select

from bastide.operations.adapters.sql_audit import SqlAuditRows
from bastide.operations.adapters.tables import audit_entries, audit_logs, audit_push_turns, audit_pushes
from bastide.operations.domain.log import Placed
from bastide.platform.database.dialects import insert_into
from bastide.platform.database.port import Database

_TURN = "siem"


class SqlPushStore:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, holder: str, now: datetime, until: datetime) -> bool:
        taken = {"holder": holder, "until": until}
        statement = (
            insert_into(self._database.dialect, audit_push_turns)
            .values(name=_TURN, **taken)
            .on_conflict_do_update(
                index_elements=["name"],
                set_=taken,
                where=or_(audit_push_turns.c.holder == holder, audit_push_turns.c.until < now),
            )
            .returning(audit_push_turns.c.name)
        )
        async with self._database.transaction() as connection:
            return (await connection.execute(statement)).first() is not None

    async def release(self, holder: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(delete(audit_push_turns).where(audit_push_turns.c.holder == holder))

    async def waiting(self, limit: int) -> Sequence[tuple[str, Placed]]:
        found: list[tuple[str, Placed]] = []
        async with self._database.reading() as connection:
            rows = SqlAuditRows(connection)
            for log in (await connection.execute(_behind())).all():
                end = min(log.size, log.next + limit - len(found))
                found += [(log.log_id, one) for one in await rows.entries(log.log_id, log.next, end)]
                if len(found) >= limit:
                    break
        return found

    async def advance(self, positions: Mapping[str, int]) -> None:
        rows = [{"log_id": log_id, "position": position} for log_id, position in positions.items()]
        put = insert_into(self._database.dialect, audit_pushes)
        statement = put.on_conflict_do_update(
            index_elements=["log_id"], set_={"position": put.excluded.position}
        )
        async with self._database.transaction() as connection:
            await connection.execute(statement, rows)

    async def lag(self) -> tuple[int, datetime | None]:
        behind = _behind().subquery()
        first = and_(audit_entries.c.log_id == behind.c.log_id, audit_entries.c.position == behind.c.next)
        counted = select(
            func.coalesce(func.sum(behind.c.size - behind.c.next), 0), func.min(audit_entries.c.at)
        ).select_from(behind.outerjoin(audit_entries, first))
        async with self._database.reading() as connection:
            count, oldest = (await connection.execute(counted)).one()
        return int(count), oldest


def _behind() -> Select[Any, Any, Any]:
    """Logs with entries that wait: their id, `size`, and `next`, the first that waits and is still kept."""
    pushed = func.coalesce(audit_pushes.c.position, 0)
    following = case((pushed > audit_logs.c.pruned, pushed), else_=audit_logs.c.pruned)
    joined = audit_logs.outerjoin(audit_pushes, audit_pushes.c.log_id == audit_logs.c.log_id)
    return (
        select(audit_logs.c.log_id, audit_logs.c.size, following.label("next"))
        .select_from(joined)
        .where(audit_logs.c.size > following)
        .order_by(audit_logs.c.log_id)
    )
