from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.paging import page_of
from bastide.identity.adapters.sql_standing import organisation_of
from bastide.identity.adapters.sql_standings import SqlStandings
from bastide.identity.adapters.tables import organisations
from bastide.identity.domain.people import Organisation
from bastide.kit.clock import Clock
from bastide.kit.pages import Page


class SqlOrganisations:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._standings = SqlStandings(connection, clock)

    async def add(self, organisation: Organisation) -> None:
        await self._connection.execute(
            insert(organisations).values(
                id=organisation.id, created_at=organisation.created_at, **_changeable(organisation)
            )
        )

    async def get(self, organisation_id: str, *, lock: bool = False) -> Organisation | None:
        query = select(organisations).where(organisations.c.id == organisation_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).first()
        return None if row is None else organisation_of(row)

    async def first(self) -> Organisation | None:
        rows = await self._connection.execute(
            select(organisations).order_by(organisations.c.created_at, organisations.c.id).limit(1)
        )
        row = rows.first()
        return None if row is None else organisation_of(row)

    async def update(self, organisation: Organisation) -> None:
        await self._connection.execute(
            update(organisations)
            .where(organisations.c.id == organisation.id)
            .values(**_changeable(organisation))
        )
        await self._standings.remember_all(organisation.id)

    async def listing(self, cursor: str | None, limit: int) -> Page[Organisation]:
        order = (organisations.c.name, organisations.c.id)
        return await page_of(self._connection, select(organisations), order, organisation_of, cursor, limit)


def _changeable(organisation: Organisation) -> dict[str, object]:
    return {
        "name": organisation.name,
        "active": organisation.active,
        "require_second_factor": organisation.require_second_factor,
        "second_factor_grace_days": organisation.second_factor_grace_days,
        "second_factor_required_at": organisation.second_factor_required_at,
    }
