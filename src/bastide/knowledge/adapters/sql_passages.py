"""What a search needs of SQL."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.contract import Action, Policy, Principal, Resource
from bastide.knowledge.adapters.chunk_cipher import ChunkCipher, Words
from bastide.knowledge.adapters.rows import collection_of, grants_of
from bastide.knowledge.adapters.sql_hits import HITS
from bastide.knowledge.adapters.tables import collections as collection_rows
from bastide.knowledge.adapters.tables import index_generations
from bastide.knowledge.contract import CollectionNotFoundError, Hit
from bastide.knowledge.domain.collection import Collection
from bastide.knowledge.domain.generation import GenerationState
from bastide.knowledge.domain.metadata import merged_metadata
from bastide.knowledge.ports.index import AccessFilter, Candidate
from bastide.knowledge.ports.passages import SearchScope
from bastide.platform.database.port import Database
from bastide.platform.secrets.data_keys import DataKeys


class SqlPassages:
    def __init__(self, database: Database, policy: Policy, data_keys: DataKeys) -> None:
        self._database = database
        self._data_keys = data_keys
        self._policy = policy

    async def scope(self, principal: Principal, collections: Sequence[str]) -> SearchScope:
        async with self._database.reading() as connection:
            serving = await _serving(connection, principal.organisation_id)
            known = await _collections(connection, principal.organisation_id, collections)
        readable = [one for one in known if self._may_read(principal, one.resource)]
        found = {name for one in readable for name in (one.id, one.name)}
        for name in collections:
            if name not in found:
                raise CollectionNotFoundError("There is no collection of this name.", collection=name)
        ids = frozenset(one.id for one in readable)
        access = AccessFilter(ids, principal.tokens, principal.barred_labels)
        if serving is None:
            return SearchScope(None, access)
        return SearchScope(serving.name, access, serving.fingerprint, serving.dimensions)

    async def hydrate(self, principal: Principal, candidates: Sequence[Candidate]) -> dict[str, Hit]:
        points = {(one.document_id, one.version, one.ordinal): one.point_id for one in candidates}
        if not points:
            return {}
        async with self._database.reading() as connection:
            parameters = {"points": json.dumps(list(points))}
            rows = (await connection.execute(HITS[connection.dialect.name], parameters)).all()
        allowed: dict[str, bool] = {}
        hits: dict[str, Hit] = {}
        cipher = ChunkCipher(self._data_keys)
        await self._data_keys.preload({row.folder for row in rows if row.sealed is not None})
        for row in rows:
            if row.document_id not in allowed:
                allowed[row.document_id] = self._may_read_document(principal, row)
            if allowed[row.document_id]:
                point_id = points[row.document_id, row.version, row.ordinal]
                hits[point_id] = _hit(row, point_id, await cipher.words(row.folder, row))
        return hits

    def _may_read(self, principal: Principal, resource: Resource) -> bool:
        return self._policy.allows(principal, Action.COLLECTION_READ, resource)

    def _may_read_document(self, principal: Principal, row: Row[Any]) -> bool:
        """The index has asked the same, of permissions as they were when they reached it."""
        organisation_id = row.organisation_id
        grants = grants_of(row.collection_access)
        parent = Resource(
            "collection",
            row.collection_id,
            organisation_id,
            row.collection_owner_id,
            grants,
            labels=tuple(row.collection_labels),
        )
        resource = Resource(
            "document",
            row.document_id,
            organisation_id,
            row.owner_id,
            grants_of(row.access),
            parent,
            tuple(row.labels),
        )
        return self._policy.allows(principal, Action.DOCUMENT_READ, resource)


async def _serving(connection: AsyncConnection, organisation_id: str) -> Row[Any] | None:
    """The generation, as a row."""
    rows = await connection.execute(
        select(index_generations).where(
            index_generations.c.organisation_id == organisation_id,
            index_generations.c.state == GenerationState.SERVING.value,
        )
    )
    return rows.first()


async def _collections(
    connection: AsyncConnection, organisation_id: str, names: Sequence[str]
) -> list[Collection]:
    query = select(collection_rows).where(
        collection_rows.c.organisation_id == organisation_id, collection_rows.c.deleted_at.is_(None)
    )
    if names:
        query = query.where(collection_rows.c.id.in_(names) | collection_rows.c.name.in_(names))
    return [collection_of(row) for row in (await connection.execute(query)).mappings()]


def _hit(row: Row[Any], point_id: str, words: Words) -> Hit:
    return Hit(
        document_id=row.document_id,
        version=row.version,
        chunk_id=point_id,
        filename=row.filename,
        collection_id=row.collection_id,
        collection=row.collection_name,
        content=words.text,
        start=row.start,
        end=row.end,
        page=row.page,
        page_end=row.page_end,
        heading_path=words.heading_path,
        language=row.language,
        score=0.0,
        labels=tuple(sorted({*row.labels, *row.collection_labels})),
        metadata=merged_metadata(row.facts, row.metadata, row.size, row.pages),
    )
