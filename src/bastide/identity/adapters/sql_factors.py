from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.identity.adapters.tables import passkeys, recovery_codes, totp_generators
from bastide.identity.domain.factors import Factors, Totp


class SqlFactors:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, user_id: str) -> Factors:
        totp = await self.totp(user_id)
        left = await self._connection.scalar(
            select(func.count()).select_from(recovery_codes).where(recovery_codes.c.user_id == user_id)
        )
        keys = await self._connection.scalar(
            select(func.count()).select_from(passkeys).where(passkeys.c.user_id == user_id)
        )
        return Factors(totp is not None and totp.confirmed, left or 0, keys or 0)

    async def totp(self, user_id: str) -> Totp | None:
        rows = await self._connection.execute(
            select(totp_generators).where(totp_generators.c.user_id == user_id)
        )
        row = rows.first()
        if row is None:
            return None
        return Totp(row.user_id, bytes(row.sealed_seed), row.confirmed, row.last_step)

    async def put_totp(self, totp: Totp) -> None:
        await self._connection.execute(
            delete(totp_generators).where(totp_generators.c.user_id == totp.user_id)
        )
        await self._connection.execute(
            insert(totp_generators).values(
                user_id=totp.user_id,
                sealed_seed=totp.sealed_seed,
                confirmed=totp.confirmed,
                last_step=totp.last_step,
            )
        )

    async def use_step(self, user_id: str, step: int) -> bool:
        used = await self._connection.execute(
            update(totp_generators)
            .where(totp_generators.c.user_id == user_id, totp_generators.c.last_step < step)
            .values(last_step=step)
        )
        return used.rowcount > 0

    async def put_recovery_codes(self, user_id: str, hashes: Sequence[bytes]) -> None:
        await self._connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
        if hashes:
            await self._connection.execute(
                insert(recovery_codes), [{"user_id": user_id, "code_hash": one} for one in hashes]
            )

    async def use_recovery_code(self, user_id: str, code_hash: bytes) -> bool:
        used = await self._connection.execute(
            delete(recovery_codes).where(
                recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == code_hash
            )
        )
        return used.rowcount > 0

    async def remove_totp(self, user_id: str) -> None:
        await self._connection.execute(delete(totp_generators).where(totp_generators.c.user_id == user_id))
        if not (await self.of(user_id)).any:
            await self.put_recovery_codes(user_id, ())

    async def remove(self, user_id: str) -> None:
        for table in (totp_generators, recovery_codes, passkeys):
            await self._connection.execute(delete(table).where(table.c.user_id == user_id))
