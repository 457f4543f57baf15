"""Guardrails in SQL. Few and always read whole, so what is never searched for is JSON."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.sql_catalogue import count_up
from bastide.gateway.adapters.tables import guardrails
from bastide.gateway.domain.guardrails.rules import Guardrail


class SqlGuardrailRows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Sequence[Guardrail]:
        return await self._read(select(guardrails))

    async def of(self, organisation_id: str) -> Sequence[Guardrail]:
        return await self._read(select(guardrails).where(guardrails.c.organisation_id == organisation_id))

    async def put(self, guardrail: Guardrail) -> None:
        options: dict[str, Any] = msgspec.to_builtins(guardrail)
        key = options.pop("id")
        values = {"organisation_id": options.pop("organisation_id"), "options": options}
        changed = await self._connection.execute(
            update(guardrails).where(guardrails.c.id == key).values(**values)
        )
        if changed.rowcount == 0:
            await self._connection.execute(insert(guardrails).values(id=key, **values))
        await count_up(self._connection)

    async def delete(self, guardrail_id: str) -> None:
        await self._connection.execute(delete(guardrails).where(guardrails.c.id == guardrail_id))
        await count_up(self._connection)

    async def _read(self, query: Select[Any]) -> Sequence[Guardrail]:
        rows = await self._connection.execute(query.order_by(guardrails.c.id))
        return [_guardrail(row) for row in rows]


def _guardrail(row: Row[Any]) -> Guardrail:
    options = {**row.options, "id": row.id, "organisation_id": row.organisation_id}
    return msgspec.convert(options, Guardrail)
