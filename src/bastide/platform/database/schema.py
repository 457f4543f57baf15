"""Sees at every start whether a database's tables are what the program expects."""

import asyncio
import re
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from importlib.resources import files
from pathlib import Path

from sqlalchemy import Engine, create_engine, inspect, make_url, text

from bastide.platform.database.errors import translated
from bastide.platform.database.sqlite import prepare

_SQLITE_WAIT_S = 120  # how long another process may be migrating
_REVISION = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_MIGRATE = "bastide.platform.database.migrate"
"""Loaded by a start that migrates: Alembic takes a tenth of the time of the others."""


async def upgrade(database_url: str, package: str) -> None:
    """Run the migrations that the database has not seen, all in one transaction.

    Of several processes that start at once, one migrates and the others wait for it.

    Args:
        database_url: As for `open_database`.
        package: Where the Alembic scripts are: `bastide.app:migrations` or a path, with a folder `versions`
            whose scripts form one line and sort by name.

    Raises:
        SchemaTooNewError: the database was migrated by a newer program; nothing was changed.
        UnavailableError: the database does not answer or stays locked.
    """
    await asyncio.to_thread(_upgrade, database_url, package)


def _upgrade(database_url: str, package: str) -> None:
    with translated(), _engine(database_url) as engine:
        if _revisions(engine) != [newest(package)]:
            import_module(_MIGRATE).migrate(engine, package)


def newest(package: str) -> str:
    """The revision that the last script leads to."""
    name, colon, folder = package.partition(":")
    root = files(name) / folder if colon else Path(package)
    scripts = [path for path in (root / "versions").iterdir() if path.name.endswith(".py")]
    return _REVISION.findall(max(scripts, key=lambda path: path.name).read_text())[0]


def _revisions(engine: Engine) -> list[str]:
    """What Alembic has noted in the database; nothing in a new one."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return []
        return list(connection.scalars(text("SELECT version_num FROM alembic_version")))


@contextmanager
def _engine(database_url: str) -> Generator[Engine]:
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url.set(drivername="sqlite"))
        # No foreign keys while tables are made again under another name: checked at the end instead.
        pragmas = (f"busy_timeout={_SQLITE_WAIT_S * 1000}", "journal_mode=WAL", "foreign_keys=OFF")
        prepare(engine, begin="BEGIN IMMEDIATE", pragmas=pragmas)
    else:
        engine = create_engine(url.set(drivername="postgresql+psycopg"))
    try:
        yield engine
    finally:
        engine.dispose()
