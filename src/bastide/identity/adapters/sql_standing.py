"""What somebody is in an organisation, if they may act there at all."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, false, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import (
    group_members,
    groups,
    memberships,
    organisations,
    service_accounts,
    users,
)
from bastide.identity.domain.people import Organisation, Standing
from bastide.identity.domain.principal import Role


async def standing_of(connection: AsyncConnection, subject_id: str, organisation_id: str) -> Standing | None:
    person = (
        select(memberships.c.role, users.c.must_change_password, organisations.c.require_second_factor)
        .join(users, users.c.id == memberships.c.user_id)
        .join(organisations, organisations.c.id == memberships.c.organisation_id)
        .where(
            users.c.id == subject_id,
            memberships.c.organisation_id == organisation_id,
            users.c.active & memberships.c.active & organisations.c.active,
        )
    )
    service = (
        select(service_accounts.c.role, false(), false())
        .join(organisations, organisations.c.id == service_accounts.c.organisation_id)
        .where(
            service_accounts.c.id == subject_id,
            service_accounts.c.organisation_id == organisation_id,
            service_accounts.c.active & organisations.c.active,
        )
    )
    row = (await connection.execute(union_all(person, service))).first()
    if row is None:
        return None
    belongs = await connection.execute(
        select(groups.c.id, groups.c.kind)
        .join(
            group_members,
            and_(group_members.c.group_id == groups.c.id, group_members.c.subject_id == subject_id),
        )
        .where(groups.c.organisation_id == organisation_id)
    )
    kinds: dict[str, str] = {one.id: one.kind for one in belongs}
    return Standing(
        subject_id,
        organisation_id,
        Role(row.role),
        groups=frozenset(one for one, kind in kinds.items() if kind == "group"),
        departments=frozenset(one for one, kind in kinds.items() if kind == "department"),
        must_change_password=bool(row.must_change_password),
        second_factor_by=(
            await _second_factor_by(connection, subject_id, organisation_id)
            if row.require_second_factor
            else None
        ),
    )


async def _second_factor_by(
    connection: AsyncConnection, user_id: str, organisation_id: str
) -> datetime | None:
    organisation = await connection.execute(
        select(organisations).where(organisations.c.id == organisation_id)
    )
    joined = await connection.execute(select(users.c.created_at).where(users.c.id == user_id))
    return organisation_of(organisation.one()).second_factor_by(joined.scalar_one())


def organisation_of(row: Row[*tuple[Any, ...]]) -> Organisation:
    return Organisation(
        row.id,
        row.name,
        row.created_at,
        row.active,
        row.require_second_factor,
        row.second_factor_grace_days,
        row.second_factor_required_at,
    )
