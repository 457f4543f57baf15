"""Writes the history of people and service accounts down as a side of every change to them."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.sql_history import SqlHistory
from bastide.identity.adapters.sql_standing import standing_of
from bastide.identity.adapters.tables import memberships, service_accounts
from bastide.identity.domain.history import SubjectState
from bastide.kit.clock import Clock


class SqlStandings:
    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._history = SqlHistory(connection)

    async def remember(self, subject_ids: Iterable[str], organisation_id: str) -> None:
        """Compare what they are now with what they were last, and add what is new."""
        now = self._clock.now()
        for subject_id in subject_ids:
            standing = await standing_of(self._connection, subject_id, organisation_id)
            before = await self._history.subject(subject_id, organisation_id, now)
            after = SubjectState(
                subject_id,
                organisation_id,
                None if standing is None else standing.role,
                frozenset() if standing is None else standing.groups,
                frozenset() if standing is None else standing.departments,
                now,
            )
            if before is None or before.what != after.what:
                await self._history.add_subject(after)

    async def remember_all(self, organisation_id: str) -> None:
        """Everybody of the organisation."""
        for column, of in (
            (memberships.c.user_id, memberships.c.organisation_id),
            (service_accounts.c.id, service_accounts.c.organisation_id),
        ):
            found = await self._connection.scalars(select(column).where(of == organisation_id))
            await self.remember(found.all(), organisation_id)

    async def remember_everywhere(self, user_id: str) -> None:
        """A person in every organisation that they belong to."""
        found = await self._connection.scalars(
            select(memberships.c.organisation_id).where(memberships.c.user_id == user_id)
        )
        for organisation_id in found.all():
            await self.remember([user_id], organisation_id)
