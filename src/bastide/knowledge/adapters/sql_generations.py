from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.knowledge.adapters.locks import one_at_a_time
from bastide.knowledge.adapters.tables import document_versions, documents, index_generations
from bastide.knowledge.domain.document import DocumentStatus
from bastide.knowledge.domain.generation import Generation, GenerationState
from bastide.knowledge.ports.store import IndexedDocument

_latest = document_versions.alias("latest")
_current = and_(
    document_versions.c.document_id == documents.c.id,
    document_versions.c.number == documents.c.current_version,
)


class SqlGenerations:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, organisation_id: str) -> None:
        await one_at_a_time(self._connection, f"index:{organisation_id}")

    async def of_organisation(self, organisation_id: str) -> Sequence[Generation]:
        rows = await self._connection.execute(
            select(index_generations)
            .where(index_generations.c.organisation_id == organisation_id)
            .order_by(index_generations.c.name)
        )
        return [_generation(row) for row in rows]

    async def everyone(self) -> Sequence[Generation]:
        rows = await self._connection.execute(select(index_generations))
        return [_generation(row) for row in rows]

    async def add(self, generation: Generation) -> None:
        await self._connection.execute(
            insert(index_generations).values(
                name=generation.name,
                organisation_id=generation.organisation_id,
                fingerprint=generation.fingerprint,
                dimensions=generation.dimensions,
                state=generation.state.value,
                run_id=generation.run_id,
                created_at=generation.created_at,
            )
        )

    async def set_state(self, name: str, state: GenerationState) -> None:
        await self._connection.execute(
            update(index_generations).where(index_generations.c.name == name).values(state=state.value)
        )

    async def remove(self, name: str) -> None:
        await self._connection.execute(delete(index_generations).where(index_generations.c.name == name))

    async def documents(self, organisation_id: str, after: str, limit: int) -> Sequence[IndexedDocument]:
        rows = await self._connection.execute(
            select(
                documents.c.id,
                documents.c.current_version,
                document_versions.c.chunks_count,
                (_latest.c.status != DocumentStatus.PROCESSING.value).label("settled"),
            )
            .join(document_versions, _current)
            .join(
                _latest,
                and_(_latest.c.document_id == documents.c.id, _latest.c.number == documents.c.latest_version),
            )
            .where(documents.c.organisation_id == organisation_id, documents.c.id > after)
            .order_by(documents.c.id)
            .limit(limit)
        )
        return [
            IndexedDocument(row.id, row.current_version, row.chunks_count, bool(row.settled)) for row in rows
        ]

    async def totals(self, organisation_id: str) -> tuple[int, int]:
        rows = await self._connection.execute(
            select(func.count(), func.coalesce(func.sum(document_versions.c.chunks_count), 0))
            .select_from(documents)
            .join(document_versions, _current)
            .where(documents.c.organisation_id == organisation_id)
        )
        documents_count, chunks_count = rows.one()
        return documents_count, int(chunks_count)


def _generation(row: Row[Any]) -> Generation:
    return Generation(
        name=row.name,
        organisation_id=row.organisation_id,
        fingerprint=row.fingerprint,
        dimensions=row.dimensions,
        state=GenerationState(row.state),
        run_id=row.run_id,
        created_at=row.created_at,
    )
