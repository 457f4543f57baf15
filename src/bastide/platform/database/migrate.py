"""Brings a database's tables to what the program expects. Runs at every start."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from bastide.platform.database.errors import IntegrityError, SchemaTooNewError, translated
from bastide.platform.database.sqlite import prepare

_LOCK = 0x6261_7374_6964_65  # "bastide": the key of the advisory lock on PostgreSQL
_SQLITE_WAIT_S = 120  # how long another process may be migrating


async def upgrade(database_url: str, package: str) -> None:
    """Run the migrations that the database has not seen, all in one transaction.

    Of several processes that start at once, one migrates and the others wait for it.

    Args:
        database_url: As for `open_database`.
        package: Where the Alembic scripts are: `bastide.app:migrations`, with a folder `versions`.

    Raises:
        SchemaTooNewError: the database was migrated by a newer program; nothing was changed.
        UnavailableError: the database does not answer or stays locked.
    """
    await asyncio.to_thread(_upgrade, database_url, package)


def _upgrade(database_url: str, package: str) -> None:
    config = Config()
    config.set_main_option("script_location", package)
    scripts = ScriptDirectory.from_config(config)
    with translated(), _engine(database_url) as engine:
        with engine.connect() as connection:
            if _is_current(connection, scripts):
                return
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            if not _is_current(connection, scripts):  # else another process was quicker
                _run(connection, config)


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


def _is_current(connection: Connection, scripts: ScriptDirectory) -> bool:
    known = {script.revision for script in scripts.walk_revisions()}
    present = set(MigrationContext.configure(connection).get_current_heads())
    if unknown := present - known:
        raise SchemaTooNewError(
            "This database was made by a newer version of the program: install that version or a later one.",
            revisions=sorted(unknown),
        )
    return present == set(scripts.get_heads())


def _run(connection: Connection, config: Config) -> None:
    config.attributes["connection"] = connection  # the scripts' env.py runs in this transaction
    command.upgrade(config, "heads")
    if connection.dialect.name == "sqlite":
        broken = connection.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            tables = sorted({row[0] for row in broken})
            raise IntegrityError("A migration broke references between tables.", tables=tables)
