from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, exists, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.knowledge.adapters.tables import collections, erasures
from bastide.knowledge.domain.erasure import Erasure


class SqlErasures:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, erasure: Erasure) -> None:
        await self._connection.execute(
            insert(erasures).values(
                id=erasure.id,
                organisation_id=erasure.organisation_id,
                document_id=erasure.document_id,
                folders=list(erasure.folders),
                runs=list(erasure.runs),
                asked_at=erasure.asked_at,
            )
        )

    async def get(self, erasure_id: str) -> Erasure | None:
        found = await self._where(erasures.c.id == erasure_id)
        return found[0] if found else None

    async def everything(self) -> Sequence[Erasure]:
        return await self._where()

    async def remove(self, erasure_id: str) -> None:
        await self._connection.execute(delete(erasures).where(erasures.c.id == erasure_id))

    async def pending(self) -> bool:
        hidden = exists().where(collections.c.deleted_at.is_not(None))
        return bool(await self._connection.scalar(select(exists(select(erasures.c.id)) | hidden)))

    async def _where(self, *conditions: ColumnElement[bool]) -> Sequence[Erasure]:
        rows = await self._connection.execute(select(erasures).where(*conditions).order_by(erasures.c.id))
        return [
            Erasure(
                row.id,
                row.organisation_id,
                row.document_id,
                tuple(row.folders),
                tuple(row.runs),
                row.asked_at,
            )
            for row in rows
        ]
