"""The database under the workflows: one engine, shared by everything in a process that speaks to DBOS."""

import json
from typing import Any

from dbos import Serializer
from sqlalchemy import URL, Engine, create_engine, event, inspect, make_url, text

from bastide.platform.database.sqlite import truncate_wal

APPLICATION = "bastide"
SCHEMA = "workflows"  # on PostgreSQL; SQLite has none
VERSION = "1"  # DBOS runs workflows of one version of a program only; ours go on after an upgrade

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # the outbox forgets an event once its workflow is enqueued
    "foreign_keys=ON",
    "secure_delete=ON",
    "busy_timeout=30000",
    "cache_size=-1024",  # KiB per connection, of which there may be 16
    "temp_store=MEMORY",
)
_OPTIONS = "-c lock_timeout=10s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"


class JsonSerializer(Serializer):
    """DBOS would pickle: JSON can be read by people, and never runs code."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "bastide_json"


def open_engine(workflows_url: str) -> Engine:
    """Connects when first used."""
    url = make_url(workflows_url)
    return _sqlite(url) if url.get_backend_name() == "sqlite" else _postgresql(url)


def _sqlite(url: URL) -> Engine:
    engine = create_engine(url.set(drivername="sqlite"), pool_size=4, max_overflow=12)

    def connected(connection: Any, _record: object) -> None:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        # Writers wait for each other where they begin: upgrading a read transaction could only fail.
        connection.isolation_level = "IMMEDIATE"

    event.listen(engine, "connect", connected)
    return engine


def _postgresql(url: URL) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=4,
        max_overflow=12,
        pool_pre_ping=True,
        connect_args={"options": _OPTIONS, "application_name": "bastide-workflows"},
    )


def compact(engine: Engine) -> None:
    """Raises DatabaseBusyError when a reader stays in the way."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(text("VACUUM"))  # the driver begins no transaction
            truncate_wal(connection)
            return
        autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
        for table in inspect(autocommit).get_table_names(SCHEMA):
            autocommit.execute(text(f'VACUUM "{SCHEMA}"."{table}"'))
