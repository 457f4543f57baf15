from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.sql_factors import SqlFactors
from bastide.identity.adapters.tables import passkeys
from bastide.identity.domain.errors import PasskeyInvalidError
from bastide.identity.domain.passkeys import Passkey, Registered
from bastide.platform.database.errors import DuplicateError, translated


class SqlPasskeys:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, passkey: Passkey) -> None:
        made = passkey.credential
        try:
            with translated():
                await self._connection.execute(
                    insert(passkeys).values(
                        id=passkey.id,
                        user_id=passkey.user_id,
                        name=passkey.name,
                        credential_id=made.credential_id,
                        public_key=made.public_key,
                        sign_count=made.sign_count,
                        synced=made.synced,
                        transports=list(made.transports),
                        created_at=passkey.created_at,
                    )
                )
        except DuplicateError as error:
            raise PasskeyInvalidError("This passkey is registered already.", reason="exists") from error

    async def of_user(self, user_id: str) -> Sequence[Passkey]:
        rows = await self._connection.execute(
            select(passkeys).where(passkeys.c.user_id == user_id).order_by(passkeys.c.created_at)
        )
        return [_passkey(row) for row in rows]

    async def by_credential(self, credential_id: bytes) -> Passkey | None:
        rows = await self._connection.execute(
            select(passkeys).where(passkeys.c.credential_id == credential_id)
        )
        row = rows.first()
        return None if row is None else _passkey(row)

    async def rename(self, passkey_id: str, user_id: str, name: str) -> bool:
        changed = await self._connection.execute(
            update(passkeys)
            .where(passkeys.c.id == passkey_id, passkeys.c.user_id == user_id)
            .values(name=name)
        )
        return changed.rowcount > 0

    async def remove(self, passkey_id: str, user_id: str) -> bool:
        gone = await self._connection.execute(
            delete(passkeys).where(passkeys.c.id == passkey_id, passkeys.c.user_id == user_id)
        )
        factors = SqlFactors(self._connection)
        if not (await factors.of(user_id)).any:
            await factors.put_recovery_codes(user_id, ())
        return gone.rowcount > 0

    async def use(self, passkey_id: str, sign_count: int, at: datetime) -> bool:
        counts = passkeys.c.sign_count < sign_count
        does_not_count = (passkeys.c.sign_count == 0) & (sign_count == 0)
        used = await self._connection.execute(
            update(passkeys)
            .where(passkeys.c.id == passkey_id, or_(counts, does_not_count))
            .values(sign_count=sign_count, last_used_at=at)
        )
        return used.rowcount > 0


def _passkey(row: Row[Any]) -> Passkey:
    made = Registered(
        bytes(row.credential_id), bytes(row.public_key), row.sign_count, row.synced, tuple(row.transports)
    )
    return Passkey(row.id, row.user_id, row.name, made, row.created_at, row.last_used_at)
