from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.paging import page_of
from bastide.identity.adapters.sql_standings import SqlStandings
from bastide.identity.adapters.tables import group_members, groups
from bastide.identity.domain.errors import GroupExistsError
from bastide.identity.domain.groups import Group, GroupKind
from bastide.kit.clock import Clock
from bastide.kit.pages import Page
from bastide.platform.database.errors import DuplicateError, translated

_MEMBERS_COUNT = (
    select(func.count())
    .select_from(group_members)
    .where(group_members.c.group_id == groups.c.id)
    .scalar_subquery()
    .label("members_count")
)


class SqlGroups:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._standings = SqlStandings(connection, clock)

    async def add(self, group: Group) -> None:
        values = {
            "id": group.id,
            "organisation_id": group.organisation_id,
            "kind": group.kind.value,
            "name": group.name,
            "created_at": group.created_at,
        }
        try:
            with translated():
                await self._connection.execute(insert(groups).values(values))
        except DuplicateError as error:
            raise _taken(group.name) from error

    async def get(self, group_id: str, organisation_id: str) -> Group | None:
        rows = await self._connection.execute(
            select(groups, _MEMBERS_COUNT).where(
                groups.c.id == group_id, groups.c.organisation_id == organisation_id
            )
        )
        row = rows.first()
        return None if row is None else _group(row)

    async def rename(self, group_id: str, name: str) -> None:
        try:
            with translated():
                await self._connection.execute(
                    update(groups).where(groups.c.id == group_id).values(name=name)
                )
        except DuplicateError as error:
            raise _taken(name) from error

    async def delete(self, group_id: str) -> None:
        organisation_id = await self._organisation(group_id)
        members = await self.members(group_id)
        await self._connection.execute(delete(groups).where(groups.c.id == group_id))
        await self._standings.remember(members, organisation_id)

    async def listing(
        self,
        organisation_id: str,
        kind: GroupKind | None,
        cursor: str | None,
        limit: int,
        sought: str | None = None,
    ) -> Page[Group]:
        query = select(groups, _MEMBERS_COUNT).where(groups.c.organisation_id == organisation_id)
        if kind is not None:
            query = query.where(groups.c.kind == kind.value)
        if sought:
            query = query.where(groups.c.name.icontains(sought, autoescape=True))
        return await page_of(self._connection, query, (groups.c.name, groups.c.id), _group, cursor, limit)

    async def known(self, group_ids: Sequence[str], organisation_id: str) -> frozenset[str]:
        rows = await self._connection.scalars(
            select(groups.c.id).where(groups.c.organisation_id == organisation_id, groups.c.id.in_(group_ids))
        )
        return frozenset(rows)

    async def members(self, group_id: str) -> Sequence[str]:
        rows = await self._connection.scalars(
            select(group_members.c.subject_id)
            .where(group_members.c.group_id == group_id)
            .order_by(group_members.c.subject_id)
        )
        return rows.all()

    async def put(self, group_id: str, subject_id: str) -> bool:
        there = await self._connection.scalar(
            select(group_members.c.subject_id).where(
                group_members.c.group_id == group_id, group_members.c.subject_id == subject_id
            )
        )
        if there is None:
            await self._connection.execute(
                insert(group_members).values(group_id=group_id, subject_id=subject_id)
            )
            await self._standings.remember([subject_id], await self._organisation(group_id))
        return there is None

    async def remove(self, group_id: str, subject_id: str) -> bool:
        gone = await self._connection.execute(
            delete(group_members).where(
                group_members.c.group_id == group_id, group_members.c.subject_id == subject_id
            )
        )
        if gone.rowcount:
            await self._standings.remember([subject_id], await self._organisation(group_id))
        return gone.rowcount > 0

    async def _organisation(self, group_id: str) -> str:
        found = await self._connection.scalar(select(groups.c.organisation_id).where(groups.c.id == group_id))
        return found or ""


def _taken(name: str) -> GroupExistsError:
    return GroupExistsError(f"There is one called {name!r} already.", name=name)


def _group(row: Row[*tuple[Any, ...]]) -> Group:
    kind = GroupKind(row.kind)
    return Group(row.id, row.organisation_id, kind, row.name, row.created_at, row.members_count)
