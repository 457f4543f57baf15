"""The outbox's one table."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import JsonColumn, UtcDateTime

outbox = Table(
    "outbox",
    metadata,
    # INTEGER on SQLite: only that type counts up by itself there.
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("topic", Text, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("payload", JsonColumn, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime, nullable=False),
    Index("ix_outbox_key_position", "key", "position"),
    sqlite_autoincrement=True,
)
