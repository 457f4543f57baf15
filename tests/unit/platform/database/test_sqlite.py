"""What SQLite keeps in memory."""

from contextlib import AsyncExitStack
from pathlib import Path

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bastide.platform.database.sqlite import open_sqlite

_READERS = 8


async def test_page_caches_of_all_connections_stay_small_together(tmp_path: Path) -> None:
    database = open_sqlite(make_url(f"sqlite:///{tmp_path / 'some.db'}"))
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        at_work = [await stack.enter_async_context(database.transaction())]
        at_work += [await stack.enter_async_context(database.reading()) for _ in range(_READERS)]
        assert sum([await _cache_kib(connection) for connection in at_work]) <= 20 * 1024


async def _cache_kib(connection: AsyncConnection) -> int:
    size = (await connection.execute(text("PRAGMA cache_size"))).scalar_one()
    assert size < 0, "pages, not KiB"
    return -size
