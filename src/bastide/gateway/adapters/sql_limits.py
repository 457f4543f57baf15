"""Limits in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.sql_catalogue import count_up
from bastide.gateway.adapters.tables import limits
from bastide.gateway.domain.limits import Limit, Metric, Period, Subject


class SqlLimitRows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Sequence[Limit]:
        rows = await self._connection.execute(select(limits).order_by(limits.c.id))
        return [_limit(row) for row in rows]

    async def of(self, organisation_id: str) -> Sequence[Limit]:
        query = select(limits).where(limits.c.organisation_id == organisation_id).order_by(limits.c.id)
        return [_limit(row) for row in await self._connection.execute(query)]

    async def put(self, limit: Limit) -> None:
        values = {
            "organisation_id": limit.organisation_id,
            "subject": limit.subject.value,
            "subject_id": limit.subject_id,
            "model": limit.model,
            "metric": limit.metric.value,
            "period": limit.period.value,
            "amount": limit.amount,
            "thresholds": list(limit.thresholds),
        }
        changed = await self._connection.execute(
            update(limits).where(limits.c.id == limit.id).values(**values)
        )
        if changed.rowcount == 0:
            await self._connection.execute(insert(limits).values(id=limit.id, **values))
        await count_up(self._connection)

    async def delete(self, limit_id: str) -> None:
        await self._connection.execute(delete(limits).where(limits.c.id == limit_id))
        await count_up(self._connection)


def _limit(row: Row[Any]) -> Limit:
    return Limit(
        row.id,
        row.organisation_id,
        Subject(row.subject),
        row.subject_id,
        Metric(row.metric),
        Period(row.period),
        row.amount,
        row.model,
        tuple(row.thresholds),
    )
