from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.knowledge.adapters.chunk_cipher import ChunkCipher
from bastide.knowledge.adapters.rows import failure_values
from bastide.knowledge.adapters.tables import chunks as chunk_rows
from bastide.knowledge.adapters.tables import document_versions, documents, vector_blocks
from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.document import DocumentStatus, Failure, Run, Stage
from bastide.knowledge.ports.store import Parsed

_ROWS_AT_A_TIME = 1000


class SqlRuns:
    def __init__(self, connection: AsyncConnection, cipher: ChunkCipher) -> None:
        self._connection = connection
        self._cipher = cipher

    async def wanted(self, run: Run) -> bool:
        rows = await self._connection.execute(select(document_versions.c.number).where(still_wanted(run)))
        return rows.first() is not None

    async def parsed(self, run: Run, parsed: Parsed) -> bool:
        told = {"media_type": parsed.media_type} if parsed.media_type else {}
        return await self._advance(
            run,
            **told,
            stage=Stage.CHUNKING.value,
            text_key=parsed.text_key,
            pages=parsed.pages,
            facts=parsed.facts,
            language=parsed.language,
            warnings=list(parsed.warnings),
        )

    async def chunked(self, run: Run, chunks: Sequence[Chunk]) -> bool:
        if not await self._advance(run, stage=Stage.EMBEDDING.value, chunks_count=len(chunks)):
            return False
        for table in (vector_blocks, chunk_rows):
            await self._connection.execute(
                delete(table).where(table.c.document_id == run.document_id, table.c.version == run.version)
            )
        folder = await self._connection.scalar(
            select(document_versions.c.folder).where(
                document_versions.c.document_id == run.document_id, document_versions.c.number == run.version
            )
        )
        for first in range(0, len(chunks), _ROWS_AT_A_TIME):
            rows = [
                {
                    **_chunk_values(run, chunk),
                    **await self._cipher.values(folder or "", run.document_id, run.version, chunk),
                }
                for chunk in chunks[first : first + _ROWS_AT_A_TIME]
            ]
            await self._connection.execute(insert(chunk_rows), rows)
        return True

    async def embedded(self, run: Run) -> bool:
        return await self._advance(run, stage=Stage.INDEXING.value)

    async def published(self, run: Run, at: datetime) -> bool:
        if not await self._advance(run, status=DocumentStatus.INDEXED.value, indexed_at=at, failure=None):
            return False
        await self._connection.execute(
            update(documents)
            .where(documents.c.id == run.document_id, documents.c.current_version < run.version)
            .values(current_version=run.version)
        )
        return True

    async def failed(self, run: Run, failure: Failure) -> bool:
        return await self._advance(run, status=DocumentStatus.FAILED.value, failure=failure_values(failure))

    async def cancelled(self, run: Run) -> bool:
        return await self._advance(run, status=DocumentStatus.CANCELLED.value)

    async def restarted(self, run: Run) -> None:
        await self._connection.execute(
            update(document_versions)
            .where(
                document_versions.c.document_id == run.document_id,
                document_versions.c.number == run.version,
            )
            .values(
                status=DocumentStatus.PROCESSING.value,
                stage=Stage.QUEUED.value,
                run_id=run.run_id,
                failure=None,
            )
        )

    async def unfinished(self) -> Sequence[tuple[str, Run]]:
        rows = await self._connection.execute(
            select(
                documents.c.organisation_id,
                document_versions.c.document_id,
                document_versions.c.number,
                document_versions.c.run_id,
            )
            .join(documents, documents.c.id == document_versions.c.document_id)
            .where(document_versions.c.status == DocumentStatus.PROCESSING.value)
            .order_by(document_versions.c.uploaded_at)
        )
        return [(row.organisation_id, Run(row.document_id, row.number, row.run_id)) for row in rows]

    async def _advance(self, run: Run, **values: Any) -> bool:
        changed = await self._connection.execute(
            update(document_versions).where(still_wanted(run)).values(**values)
        )
        return changed.rowcount > 0


def still_wanted(run: Run) -> ColumnElement[bool]:
    return and_(
        document_versions.c.document_id == run.document_id,
        document_versions.c.number == run.version,
        document_versions.c.run_id == run.run_id,
        document_versions.c.status == DocumentStatus.PROCESSING.value,
    )


def _chunk_values(run: Run, chunk: Chunk) -> dict[str, Any]:
    return {
        "document_id": run.document_id,
        "version": run.version,
        "ordinal": chunk.ordinal,
        "start": chunk.start,
        "end": chunk.end,
        "page": chunk.page,
        "page_end": chunk.page_end,
        "language": chunk.language,
        "tokens": chunk.tokens,
    }
