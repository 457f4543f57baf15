"""Tables of the audit log."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import JsonColumn, UtcDateTime

# Entries that are written down with the change that they tell of, and not yet in the tree: a second at most.
audit_pending = Table(
    "audit_pending",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("log_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("personal", Text),
    sqlite_autoincrement=True,
)

# One row per organisation. `peaks`: the compact range of the tree, 32 bytes each. Entries below `pruned` are
# gone by retention; their hashes live on in `audit_nodes`.
audit_logs = Table(
    "audit_logs",
    metadata,
    Column("log_id", Text, primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("peaks", LargeBinary, nullable=False),
    Column("pruned", BigInteger, nullable=False),
    Column("query_text", Text, nullable=False),
    Column("retention_days", Integer, nullable=False),
    Column("fail_closed", Boolean, nullable=False),
)

# `body` is what counts; the columns beside it are there to be searched.
audit_entries = Table(
    "audit_entries",
    metadata,
    Column("log_id", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("target", Text),
    Column("outcome", Text, nullable=False),
    Column("leaf", LargeBinary, nullable=False),
    Column("body", Text, nullable=False),
    Column("personal", Text),
    Index("ix_audit_entries_log_id_at", "log_id", "at"),
    Index("ix_audit_entries_log_id_actor_id_position", "log_id", "actor_id", "position"),
    Index("ix_audit_entries_log_id_target_position", "log_id", "target", "position"),
)

# Hashes of complete subtrees of 256 leaves (level 8), so that a proof reads a few hundred rows, not all.
audit_nodes = Table(
    "audit_nodes",
    metadata,
    Column("log_id", Text, primary_key=True),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary, nullable=False),
)

# Exports and erasures. `erased`: what each holder said, by name; of people ids only.
personal_data_jobs = Table(
    "personal_data_jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("documents", Text, nullable=False),
    Column("erased", JsonColumn, nullable=False),
    Column("object_key", Text),
    Column("receipt", JsonColumn(none_as_null=True)),
    Column("done_at", UtcDateTime),
    Column("failure", JsonColumn(none_as_null=True)),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("log_id", Text, primary_key=True),
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# How far each log has been pushed to a SIEM: the first position that has not arrived there.
audit_pushes = Table(
    "audit_pushes",
    metadata,
    Column("log_id", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

# One row: the process whose turn it is to push.
audit_push_turns = Table(
    "audit_push_turns",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)
