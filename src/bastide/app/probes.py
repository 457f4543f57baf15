"""What `bastide doctor`, `/ready` and the page's banner look at."""

from sqlalchemy import text

from bastide.app.backends import Backends
from bastide.app.home import Home
from bastide.app.settings import stray_variables
from bastide.app.site import STATIC
from bastide.operations.adapters.probes import (
    CallProbe,
    DiskProbe,
    OcrProbe,
    PageProbe,
    PythonProbe,
    SettingsProbe,
)
from bastide.operations.ports import Probe
from bastide.platform.cache.port import Cache
from bastide.platform.database.port import Database


def probes(home: Home, backends: Backends, extra: list[Probe]) -> list[Probe]:
    """Backends first: without them nothing else matters."""
    return [
        CallProbe("database", lambda: _ask_database(backends.database)),
        CallProbe("cache", lambda: _ask_cache(backends.cache)),
        *extra,
        OcrProbe(),
        PageProbe(STATIC),
        DiskProbe(home.root),
        PythonProbe(),
        SettingsProbe(stray_variables()),
    ]


async def _ask_database(database: Database) -> str:
    async with database.reading() as connection:
        await connection.execute(text("SELECT 1"))
    return database.dialect


async def _ask_cache(cache: Cache) -> str:
    await cache.set("bastide:probe", b"1", ttl_s=5)
    await cache.get("bastide:probe")
    return type(cache).__name__.removesuffix("Cache").lower()
