from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import Row, and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.knowledge.adapters.chunk_cipher import ChunkCipher
from bastide.knowledge.adapters.sql_runs import still_wanted
from bastide.knowledge.adapters.tables import chunks, document_versions, documents, vector_blocks
from bastide.knowledge.domain.chunk import Chunk
from bastide.knowledge.domain.document import Run
from bastide.knowledge.ports.store import VectorBlock

_WITH_FOLDER: Final = select(chunks, document_versions.c.folder).join(
    document_versions,
    and_(
        document_versions.c.document_id == chunks.c.document_id,
        document_versions.c.number == chunks.c.version,
    ),
)


class SqlChunks:
    def __init__(self, connection: AsyncConnection, cipher: ChunkCipher) -> None:
        self._connection = connection
        self._cipher = cipher

    async def of_version(self, document_id: str, version: int, start: int, limit: int) -> Sequence[Chunk]:
        rows = await self._connection.execute(
            _WITH_FOLDER.where(
                chunks.c.document_id == document_id,
                chunks.c.version == version,
                chunks.c.ordinal >= start,
                chunks.c.ordinal < start + limit,
            ).order_by(chunks.c.ordinal)
        )
        return [await self._chunk(row) for row in rows]

    async def around(self, document_id: str, version: int, start: int, end: int) -> Chunk | None:
        rows = await self._connection.execute(
            _WITH_FOLDER.where(
                chunks.c.document_id == document_id,
                chunks.c.version == version,
                chunks.c.start <= start,
                chunks.c.end >= end,
            ).limit(1)
        )
        row = rows.first()
        return None if row is None else await self._chunk(row)

    async def add_vectors(self, run: Run, fingerprint: str, block: VectorBlock) -> bool:
        rows = await self._connection.execute(
            select(document_versions.c.number).where(still_wanted(run)).with_for_update(key_share=True)
        )
        if rows.first() is None:
            return False
        await self._replace(run.document_id, run.version, fingerprint, block)
        return True

    async def put_vectors(self, document_id: str, version: int, fingerprint: str, block: VectorBlock) -> None:
        rows = await self._connection.execute(
            select(document_versions.c.number)
            .where(document_versions.c.document_id == document_id, document_versions.c.number == version)
            .with_for_update(key_share=True)
        )
        if rows.first() is not None:
            await self._replace(document_id, version, fingerprint, block)

    async def vectors(
        self, document_id: str, version: int, fingerprint: str, start: int, limit: int
    ) -> Sequence[VectorBlock]:
        rows = await self._connection.execute(
            select(vector_blocks.c.start, vector_blocks.c.length, vector_blocks.c.data)
            .where(
                vector_blocks.c.document_id == document_id,
                vector_blocks.c.version == version,
                vector_blocks.c.fingerprint == fingerprint,
                vector_blocks.c.start >= start,
                vector_blocks.c.start < start + limit,
            )
            .order_by(vector_blocks.c.start)
        )
        return [
            VectorBlock(row.start, np.frombuffer(row.data, np.float16).reshape(row.length, -1))
            for row in rows
        ]

    async def vectors_end(self, document_id: str, version: int, fingerprint: str) -> int:
        end = await self._connection.scalar(
            select(func.max(vector_blocks.c.start + vector_blocks.c.length)).where(
                vector_blocks.c.document_id == document_id,
                vector_blocks.c.version == version,
                vector_blocks.c.fingerprint == fingerprint,
            )
        )
        return end or 0

    async def prune(self, document_id: str, below: int) -> None:
        for table in (vector_blocks, chunks):
            await self._connection.execute(
                delete(table).where(table.c.document_id == document_id, table.c.version < below)
            )

    async def forget_vectors(self, organisation_id: str, keep: Sequence[str]) -> None:
        live = select(documents.c.id).where(
            documents.c.id == vector_blocks.c.document_id,
            or_(
                documents.c.current_version == vector_blocks.c.version,
                documents.c.latest_version == vector_blocks.c.version,
            ),
        )
        mine = select(documents.c.id).where(documents.c.organisation_id == organisation_id)
        await self._connection.execute(
            delete(vector_blocks).where(
                vector_blocks.c.document_id.in_(mine),
                or_(vector_blocks.c.fingerprint.not_in(keep), ~live.exists()),
            )
        )

    async def _replace(self, document_id: str, version: int, fingerprint: str, block: VectorBlock) -> None:
        await self._connection.execute(
            delete(vector_blocks).where(
                and_(
                    vector_blocks.c.document_id == document_id,
                    vector_blocks.c.version == version,
                    vector_blocks.c.fingerprint == fingerprint,
                    vector_blocks.c.start == block.start,
                )
            )
        )
        await self._connection.execute(
            insert(vector_blocks).values(
                document_id=document_id,
                version=version,
                fingerprint=fingerprint,
                start=block.start,
                length=len(block.vectors),
                data=block.vectors.tobytes(),
            )
        )

    async def _chunk(self, row: Row[Any]) -> Chunk:
        words = await self._cipher.words(row.folder, row)
        return Chunk(
            ordinal=row.ordinal,
            start=row.start,
            end=row.end,
            text=words.text,
            heading_path=words.heading_path,
            context=words.context,
            page=row.page,
            page_end=row.page_end,
            language=row.language,
            tokens=row.tokens,
        )
