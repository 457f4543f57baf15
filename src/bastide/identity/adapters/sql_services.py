from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.paging import page_of
from bastide.identity.adapters.sql_standings import SqlStandings
from bastide.identity.adapters.tables import group_members, service_accounts
from bastide.identity.domain.principal import Role
from bastide.identity.domain.service_accounts import ServiceAccount
from bastide.kit.clock import Clock
from bastide.kit.pages import Page


class SqlServiceAccounts:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._standings = SqlStandings(connection, clock)

    async def add(self, account: ServiceAccount) -> None:
        await self._connection.execute(
            insert(service_accounts).values(
                id=account.id,
                organisation_id=account.organisation_id,
                created_at=account.created_at,
                **_changeable(account),
            )
        )
        await self._standings.remember([account.id], account.organisation_id)

    async def get(self, account_id: str, organisation_id: str) -> ServiceAccount | None:
        rows = await self._connection.execute(
            select(service_accounts).where(
                service_accounts.c.id == account_id, service_accounts.c.organisation_id == organisation_id
            )
        )
        row = rows.first()
        return None if row is None else _account(row)

    async def update(self, account: ServiceAccount) -> None:
        await self._connection.execute(
            update(service_accounts).where(service_accounts.c.id == account.id).values(**_changeable(account))
        )
        await self._standings.remember([account.id], account.organisation_id)

    async def delete(self, account_id: str, organisation_id: str) -> None:
        await self._connection.execute(delete(group_members).where(group_members.c.subject_id == account_id))
        await self._connection.execute(delete(service_accounts).where(service_accounts.c.id == account_id))
        await self._standings.remember([account_id], organisation_id)

    async def listing(
        self, organisation_id: str, cursor: str | None, limit: int, sought: str | None = None
    ) -> Page[ServiceAccount]:
        query = select(service_accounts).where(service_accounts.c.organisation_id == organisation_id)
        if sought:
            query = query.where(service_accounts.c.name.icontains(sought, autoescape=True))
        order = (service_accounts.c.name, service_accounts.c.id)
        return await page_of(self._connection, query, order, _account, cursor, limit)


def _changeable(account: ServiceAccount) -> dict[str, object]:
    return {"name": account.name, "role": account.role.value, "active": account.active}


def _account(row: Row[*tuple[Any, ...]]) -> ServiceAccount:
    return ServiceAccount(
        row.id, row.organisation_id, row.name, Role(row.role), row.created_at, active=row.active
    )
