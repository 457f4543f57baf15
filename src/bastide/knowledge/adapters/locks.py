"""Locks that last until the commit."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection


async def one_at_a_time(connection: AsyncConnection, name: str) -> None:
    """Wait until no other transaction holds this name. On SQLite there is one writer at all."""
    if connection.dialect.name == "postgresql":
        key = func.hashtextextended(name, 0)
        await connection.execute(select(func.pg_advisory_xact_lock(key)))
