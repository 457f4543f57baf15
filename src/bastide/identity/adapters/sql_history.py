from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import resource_history, subject_history
from bastide.identity.domain.history import ResourceState, SubjectState
from bastide.identity.domain.principal import Role
from bastide.identity.domain.resources import Access, Grant


class SqlHistory:
    """Rows are added only; `position` puts those of the same microsecond in order."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add_resource(self, state: ResourceState) -> None:
        await self._connection.execute(
            insert(resource_history).values(
                organisation_id=state.organisation_id,
                resource_id=state.id,
                kind=state.kind,
                owner_id=state.owner_id,
                grants=[[grant.grantee, grant.access.value] for grant in state.grants],
                parent_id=state.parent_id,
                labels=list(state.labels),
                deleted=state.deleted,
                changed_by=state.changed_by,
                at=state.at,
            )
        )

    async def add_subject(self, state: SubjectState) -> None:
        await self._connection.execute(
            insert(subject_history).values(
                organisation_id=state.organisation_id,
                subject_id=state.subject_id,
                role=None if state.role is None else state.role.value,
                groups=sorted(state.groups),
                departments=sorted(state.departments),
                at=state.at,
            )
        )

    async def resource(self, resource_id: str, organisation_id: str, at: datetime) -> ResourceState | None:
        query = _of(resource_history, organisation_id, at).where(
            resource_history.c.resource_id == resource_id
        )
        row = await self._last(query, resource_history)
        return None if row is None else _resource(row)

    async def resource_changes(self, resource_id: str, organisation_id: str) -> Sequence[ResourceState]:
        rows = await self._connection.execute(
            select(resource_history)
            .where(
                resource_history.c.organisation_id == organisation_id,
                resource_history.c.resource_id == resource_id,
            )
            .order_by(resource_history.c.position)
        )
        return [_resource(row) for row in rows]

    async def subject(self, subject_id: str, organisation_id: str, at: datetime) -> SubjectState | None:
        query = _of(subject_history, organisation_id, at).where(subject_history.c.subject_id == subject_id)
        row = await self._last(query, subject_history)
        return None if row is None else _subject(row)

    async def subjects(self, organisation_id: str, at: datetime) -> Sequence[SubjectState]:
        last = (
            select(func.max(subject_history.c.position))
            .where(subject_history.c.organisation_id == organisation_id, subject_history.c.at <= at)
            .group_by(subject_history.c.subject_id)
        )
        rows = await self._connection.execute(
            select(subject_history)
            .where(subject_history.c.position.in_(last))
            .order_by(subject_history.c.subject_id)
        )
        return [_subject(row) for row in rows]

    async def _last(self, query: Select[*tuple[Any, ...]], table: Table) -> Row[*tuple[Any, ...]] | None:
        return (await self._connection.execute(query.order_by(table.c.position.desc()).limit(1))).first()


def _of(table: Table, organisation_id: str, at: datetime) -> Select[*tuple[Any, ...]]:
    return select(table).where(table.c.organisation_id == organisation_id, table.c.at <= at)


def _resource(row: Row[*tuple[Any, ...]]) -> ResourceState:
    return ResourceState(
        row.kind,
        row.resource_id,
        row.organisation_id,
        row.owner_id,
        tuple(Grant(grantee, Access(access)) for grantee, access in row.grants),
        row.parent_id,
        row.deleted,
        row.changed_by,
        row.at,
        tuple(row.labels),
    )


def _subject(row: Row[*tuple[Any, ...]]) -> SubjectState:
    return SubjectState(
        row.subject_id,
        row.organisation_id,
        None if row.role is None else Role(row.role),
        frozenset(row.groups),
        frozenset(row.departments),
        row.at,
    )
