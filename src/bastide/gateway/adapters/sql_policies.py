"""What organisations lay down, in SQL."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.gateway.adapters.sql_catalogue import count_up
from bastide.gateway.adapters.tables import policies
from bastide.gateway.domain.policies import GatewayPolicy


class SqlPolicyRows:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> Sequence[GatewayPolicy]:
        rows = await self._connection.execute(select(policies).order_by(policies.c.organisation_id))
        return [
            msgspec.convert({**row.options, "organisation_id": row.organisation_id}, GatewayPolicy)
            for row in rows
        ]

    async def put(self, policy: GatewayPolicy) -> None:
        options: dict[str, Any] = msgspec.to_builtins(policy)
        organisation_id = options.pop("organisation_id")
        changed = await self._connection.execute(
            update(policies).where(policies.c.organisation_id == organisation_id).values(options=options)
        )
        if changed.rowcount == 0:
            await self._connection.execute(
                insert(policies).values(organisation_id=organisation_id, options=options)
            )
        await count_up(self._connection)
