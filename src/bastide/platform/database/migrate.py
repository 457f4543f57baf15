"""Brings a database's tables to what the program expects, by Alembic. Loaded where they are not."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from bastide.platform.database.errors import IntegrityError, SchemaTooNewError

_LOCK = 0x6261_7374_6964_65  # "bastide": the key of the advisory lock on PostgreSQL


def migrate(engine: Engine, package: str) -> None:
    """Run the migrations that the database has not seen, all in one transaction.

    Of several processes that start at once, one migrates and the others wait for it.

    Raises:
        SchemaTooNewError: the database was migrated by a newer program; nothing was changed.
    """
    config = Config()
    config.set_main_option("script_location", package)
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        if _is_current(connection, scripts):
            return
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if not _is_current(connection, scripts):  # else another process was quicker
            _run(connection, config)


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
