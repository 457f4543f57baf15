from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    delete,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.paging import page_of
from bastide.identity.adapters.sql_organisations import organisation_of
from bastide.identity.adapters.sql_standing import standing_of
from bastide.identity.adapters.sql_standings import SqlStandings
from bastide.identity.adapters.tables import (
    api_keys,
    group_members,
    groups,
    invitations,
    memberships,
    organisations,
    sessions,
    users,
)
from bastide.identity.domain.errors import EmailTakenError
from bastide.identity.domain.groups import GroupKind
from bastide.identity.domain.people import Belonging, Membership, Person, Standing, User, folded
from bastide.identity.domain.principal import Role
from bastide.kit.clock import Clock
from bastide.kit.pages import Page
from bastide.platform.database.errors import DuplicateError, translated
from bastide.platform.database.types import UtcDateTime

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
        self._standings = SqlStandings(connection, clock)

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
        await self._standings.remember_everywhere(user.id)

    async def password_hash(self, user_id: str) -> str | None:
        return await self._connection.scalar(select(users.c.password_hash).where(users.c.id == user_id))

    async def set_password_hash(self, user_id: str, password_hash: str) -> None:
        await self._connection.execute(
            update(users).where(users.c.id == user_id).values(password_hash=password_hash)
        )

    async def put_membership(self, membership: Membership) -> None:
        changed = await self._connection.execute(
            update(memberships)
            .where(*_is(membership.user_id, membership.organisation_id))
            .values(role=membership.role.value, active=membership.active)
        )
        if changed.rowcount == 0:
            await self._connection.execute(
                insert(memberships).values(
                    user_id=membership.user_id,
                    organisation_id=membership.organisation_id,
                    role=membership.role.value,
                    active=membership.active,
                    created_at=self._clock.now(),
                )
            )
        await self._standings.remember([membership.user_id], membership.organisation_id)

    async def membership(self, user_id: str, organisation_id: str) -> Membership | None:
        rows = await self._connection.execute(select(memberships).where(*_is(user_id, organisation_id)))
        row = rows.first()
        return None if row is None else Membership(user_id, organisation_id, Role(row.role), row.active)

    async def remove_membership(self, user_id: str, organisation_id: str) -> None:
        own = select(groups.c.id).where(groups.c.organisation_id == organisation_id)
        await self._connection.execute(
            delete(group_members).where(
                group_members.c.subject_id == user_id, group_members.c.group_id.in_(own)
            )
        )
        await self._connection.execute(delete(memberships).where(*_is(user_id, organisation_id)))
        await self._standings.remember([user_id], organisation_id)

    async def erase(self, user_id: str, email: str) -> int:
        named = [
            delete(group_members).where(group_members.c.subject_id == user_id),
            delete(api_keys).where(api_keys.c.subject_id == user_id),
            delete(invitations).where(invitations.c.email == email),
            delete(sessions).where(sessions.c.user_id == user_id),
            delete(users).where(users.c.id == user_id),  # the rest goes with it
        ]
        return sum([(await self._connection.execute(statement)).rowcount for statement in named])

    async def belongings(self, user_id: str) -> Sequence[Belonging]:
        rows = await self._connection.execute(
            select(organisations, memberships.c.role)
            .join(memberships, memberships.c.organisation_id == organisations.c.id)
            .where(memberships.c.user_id == user_id, memberships.c.active, organisations.c.active)
            .order_by(memberships.c.created_at, organisations.c.id)
        )
        return [Belonging(organisation_of(row), Role(row.role)) for row in rows]

    async def organisations_of(self, user_id: str) -> Sequence[str]:
        rows = await self._connection.scalars(
            select(memberships.c.organisation_id).where(memberships.c.user_id == user_id)
        )
        return rows.all()

    async def person(self, user_id: str, organisation_id: str) -> Person | None:
        query = _people(organisation_id).where(users.c.id == user_id)
        row = (await self._connection.execute(query)).first()
        if row is None:
            return None
        return (await self._with_groups([_person(row)], organisation_id))[0]

    async def people(
        self, organisation_id: str, sought: str | None, role: Role | None, cursor: str | None, limit: int
    ) -> Page[Person]:
        query = _people(organisation_id)
        if sought:
            query = query.where(users.c.folded.contains(folded(sought), autoescape=True))
        if role is not None:
            query = query.where(memberships.c.role == role.value)
        page = await page_of(self._connection, query, (users.c.email,), _person, cursor, limit)
        return Page(await self._with_groups(page.items, organisation_id), page.next_cursor, page.total)

    async def _with_groups(self, people: Sequence[Person], organisation_id: str) -> list[Person]:
        found = await self._connection.execute(
            select(group_members.c.subject_id, groups.c.id, groups.c.kind)
            .join(groups, groups.c.id == group_members.c.group_id)
            .where(
                groups.c.organisation_id == organisation_id,
                group_members.c.subject_id.in_([person.user.id for person in people]),
            )
            .order_by(groups.c.name, groups.c.id)
        )
        belongs = [(row.subject_id, row.id, row.kind) for row in found]

        def of(person: Person, wanted: GroupKind) -> tuple[str, ...]:
            return tuple(
                group for who, group, kind in belongs if who == person.user.id and kind == wanted.value
            )

        return [
            replace(person, groups=of(person, GroupKind.GROUP), departments=of(person, GroupKind.DEPARTMENT))
            for person in people
        ]

    async def system_administrator_left(self, without: str, organisation_id: str) -> bool:
        elsewhere = or_(memberships.c.user_id != without, memberships.c.organisation_id != organisation_id)
        left = (
            select(memberships.c.user_id)
            .join(users, users.c.id == memberships.c.user_id)
            .join(organisations, organisations.c.id == memberships.c.organisation_id)
            .where(elsewhere, memberships.c.role == Role.SYSTEM_ADMIN.value)
            .where(memberships.c.active, users.c.active, organisations.c.active)
        )
        return bool(await self._connection.scalar(select(left.exists())))

    async def administrators_left(self, organisation_id: str, without: str) -> int:
        return (
            await self._connection.scalar(
                select(func.count())
                .select_from(memberships)
                .join(users, users.c.id == memberships.c.user_id)
                .where(
                    memberships.c.organisation_id == organisation_id,
                    memberships.c.user_id != without,
                    memberships.c.role.in_([role.value for role in Role if role.administers]),
                    memberships.c.active,
                    users.c.active,
                )
            )
            or 0
        )

    async def first_administrator(self, organisation_id: str) -> User | None:
        rows = await self._connection.execute(
            select(*_USER)
            .join(memberships, memberships.c.user_id == users.c.id)
            .where(
                memberships.c.organisation_id == organisation_id,
                memberships.c.role == Role.SYSTEM_ADMIN.value,
                memberships.c.active,
                users.c.active,
            )
            .order_by(users.c.created_at, users.c.id)
            .limit(1)
        )
        return _user(rows.first())

    async def standing(self, subject_id: str, organisation_id: str) -> Standing | None:
        return await standing_of(self._connection, subject_id, organisation_id)


def _is(user_id: str, organisation_id: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return memberships.c.user_id == user_id, memberships.c.organisation_id == organisation_id


def _people(organisation_id: str) -> Select[*tuple[Any, ...]]:
    seen = (
        select(func.max(sessions.c.last_seen_at))
        .where(sessions.c.user_id == users.c.id, sessions.c.organisation_id == organisation_id)
        .scalar_subquery()
    )
    return (
        select(
            *_USER,
            memberships.c.role,
            memberships.c.active.label("active_here"),
            type_coerce(seen, UtcDateTime).label("seen"),
        )
        .join(memberships, memberships.c.user_id == users.c.id)
        .where(memberships.c.organisation_id == organisation_id)
    )


def _person(row: Row[*tuple[Any, ...]]) -> Person:
    return Person(User(*row[:7]), Role(row.role), row.active_here, last_seen_at=row.seen)


def _changeable(user: User) -> dict[str, object]:
    return {
        "email": user.email,
        "name": user.name,
        "locale": user.locale,
        "active": user.active,
        "must_change_password": user.must_change_password,
        "folded": folded(f"{user.name} {user.email}"),
    }


def _user(row: Row[Any, Any, Any, Any, Any, Any, Any] | None) -> User | None:
    return None if row is None else User(*row)
