"""What somebody is in an organisation, if they may act there at all."""

from sqlalchemy import and_, false, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import (
    group_members,
    groups,
    memberships,
    organisations,
    service_accounts,
    users,
)
from bastide.identity.domain.people import Standing
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
        needs_second_factor=bool(row.require_second_factor),
    )
