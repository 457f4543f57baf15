from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import invitations, password_resets
from bastide.identity.domain.invitations import Invitation, PasswordReset
from bastide.identity.domain.principal import Role


class SqlLinks:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put_invitation(self, invitation: Invitation, token_hash: bytes) -> None:
        await self._connection.execute(
            delete(invitations).where(
                invitations.c.organisation_id == invitation.organisation_id,
                invitations.c.email == invitation.email,
            )
        )
        await self._connection.execute(
            insert(invitations).values(
                id=invitation.id,
                token_hash=token_hash,
                organisation_id=invitation.organisation_id,
                email=invitation.email,
                role=invitation.role.value,
                groups=list(invitation.groups),
                invited_by=invitation.invited_by,
                created_at=invitation.created_at,
                expires_at=invitation.expires_at,
            )
        )

    async def invitation(self, token_hash: bytes) -> Invitation | None:
        query = select(invitations).where(invitations.c.token_hash == token_hash)
        row = (await self._connection.execute(query)).first()
        return None if row is None else _invitation(row)

    async def invitations(self, organisation_id: str) -> Sequence[Invitation]:
        rows = await self._connection.execute(
            select(invitations)
            .where(invitations.c.organisation_id == organisation_id)
            .order_by(invitations.c.created_at.desc(), invitations.c.id.desc())
        )
        return [_invitation(row) for row in rows]

    async def delete_invitation(self, invitation_id: str, organisation_id: str) -> Invitation | None:
        rows = await self._connection.execute(
            delete(invitations)
            .where(invitations.c.id == invitation_id, invitations.c.organisation_id == organisation_id)
            .returning(invitations)
        )
        row = rows.first()
        return None if row is None else _invitation(row)

    async def put_reset(self, reset: PasswordReset, token_hash: bytes) -> None:
        await self.delete_reset(reset.user_id)
        await self._connection.execute(
            insert(password_resets).values(
                user_id=reset.user_id,
                token_hash=token_hash,
                issued_by=reset.issued_by,
                created_at=reset.created_at,
                expires_at=reset.expires_at,
            )
        )

    async def reset(self, token_hash: bytes) -> PasswordReset | None:
        query = select(password_resets).where(password_resets.c.token_hash == token_hash)
        row = (await self._connection.execute(query)).first()
        return (
            None if row is None else PasswordReset(row.user_id, row.issued_by, row.created_at, row.expires_at)
        )

    async def delete_reset(self, user_id: str) -> bool:
        gone = await self._connection.execute(
            delete(password_resets).where(password_resets.c.user_id == user_id)
        )
        return gone.rowcount > 0

    async def delete_expired(self, now: datetime) -> None:
        for table in (invitations, password_resets):
            await self._connection.execute(delete(table).where(table.c.expires_at <= now))


def _invitation(row: Row[*tuple[Any, ...]]) -> Invitation:
    return Invitation(
        row.id,
        row.organisation_id,
        row.email,
        Role(row.role),
        tuple(row.groups),
        row.invited_by,
        row.created_at,
        row.expires_at,
    )
