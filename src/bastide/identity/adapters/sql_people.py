from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, false, insert, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import (
    group_members,
    groups,
    memberships,
    organisations,
    service_accounts,
    users,
)
from bastide.identity.domain.errors import EmailTakenError
from bastide.identity.domain.people import Membership, Organisation, Standing, User
from bastide.identity.domain.principal import Role
from bastide.kit.clock import Clock
from bastide.platform.database.errors import DuplicateError, translated

_USER = (
    users.c.id,
    users.c.email,
    users.c.name,
    users.c.locale,
    users.c.created_at,
    users.c.active,
    users.c.must_change_password,
)


class SqlPeople:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def add_organisation(self, organisation: Organisation) -> None:
        await self._connection.execute(
            insert(organisations).values(
                id=organisation.id, name=organisation.name, created_at=organisation.created_at
            )
        )

    async def organisation(self, organisation_id: str) -> Organisation | None:
        rows = await self._connection.execute(
            select(organisations).where(organisations.c.id == organisation_id)
        )
        row = rows.first()
        return None if row is None else Organisation(row.id, row.name, row.created_at)

    async def first_organisation(self) -> Organisation | None:
        rows = await self._connection.execute(
            select(organisations).order_by(organisations.c.created_at, organisations.c.id).limit(1)
        )
        row = rows.first()
        return None if row is None else Organisation(row.id, row.name, row.created_at)

    async def add_user(self, user: User, password_hash: str | None) -> None:
        try:
            with translated():
                await self._connection.execute(
                    insert(users).values(
                        id=user.id,
                        password_hash=password_hash,
                        created_at=user.created_at,
                        **_changeable(user),
                    )
                )
        except DuplicateError as error:
            raise EmailTakenError("Someone has this e-mail address already.") from error

    async def user(self, user_id: str) -> User | None:
        rows = await self._connection.execute(select(*_USER).where(users.c.id == user_id))
        return _user(rows.first())

    async def user_by_email(self, email: str) -> User | None:
        rows = await self._connection.execute(select(*_USER).where(users.c.email == email))
        return _user(rows.first())

    async def update_user(self, user: User) -> None:
        await self._connection.execute(update(users).where(users.c.id == user.id).values(**_changeable(user)))

    async def password_hash(self, user_id: str) -> str | None:
        return await self._connection.scalar(select(users.c.password_hash).where(users.c.id == user_id))

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        await self._connection.execute(
            update(users).where(users.c.id == user_id).values(password_hash=password_hash)
        )

    async def put_membership(self, membership: Membership) -> None:
        changed = await self._connection.execute(
            update(memberships)
            .where(
                memberships.c.user_id == membership.user_id,
                memberships.c.organisation_id == membership.organisation_id,
            )
            .values(role=membership.role.value)
        )
        if changed.rowcount == 0:
            await self._connection.execute(
                insert(memberships).values(
                    user_id=membership.user_id,
                    organisation_id=membership.organisation_id,
                    role=membership.role.value,
                    created_at=self._clock.now(),
                )
            )

    async def memberships(self, user_id: str) -> Sequence[Membership]:
        rows = await self._connection.execute(
            select(memberships)
            .where(memberships.c.user_id == user_id)
            .order_by(memberships.c.created_at, memberships.c.organisation_id)
        )
        return [Membership(row.user_id, row.organisation_id, Role(row.role)) for row in rows]

    async def first_administrator(self, organisation_id: str) -> User | None:
        rows = await self._connection.execute(
            select(*_USER)
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(
                memberships.c.organisation_id == organisation_id,
                memberships.c.role == Role.SYSTEM_ADMIN.value,
                users.c.active,
            )
            .order_by(users.c.created_at, users.c.id)
            .limit(1)
        )
        return _user(rows.first())

    async def standing(self, subject_id: str, organisation_id: str) -> Standing | None:
        person = (
            select(memberships.c.role, users.c.must_change_password)
            .join(users, users.c.id == memberships.c.user_id)
            .where(
                users.c.id == subject_id,
                users.c.active,
                memberships.c.organisation_id == organisation_id,
            )
        )
        service = select(service_accounts.c.role, false()).where(
            service_accounts.c.id == subject_id,
            service_accounts.c.active,
            service_accounts.c.organisation_id == organisation_id,
        )
        row = (await self._connection.execute(union_all(person, service))).first()
        if row is None:
            return None
        belongs = await self._connection.execute(
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
        )


def _changeable(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "locale": user.locale,
        "active": user.active,
        "must_change_password": user.must_change_password,
    }


def _user(row: Row[Any, Any, Any, Any, Any, Any, Any] | None) -> User | None:
    return None if row is None else User(*row)
