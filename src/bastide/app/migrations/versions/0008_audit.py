"""The audit log."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import UtcDateTime

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "audit_pending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), autoincrement=True),
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("personal", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_audit_pending"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_logs",
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("peaks", sa.LargeBinary, nullable=False),
        sa.Column("pruned", sa.BigInteger, nullable=False),
        sa.Column("query_text", sa.Text, nullable=False),
        sa.Column("retention_days", sa.Integer, nullable=False),
        sa.Column("fail_closed", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("log_id", name="pk_audit_logs"),
    )
    _entries()
    op.create_table(
        "audit_nodes",
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("place", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log_id", "place", name="pk_audit_nodes"),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("log_id", "size", name="pk_audit_checkpoints"),
    )


def _entries() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("personal", sa.Text),
        sa.PrimaryKeyConstraint("log_id", "position", name="pk_audit_entries"),
    )
    for columns in (("at",), ("actor_id", "position"), ("target", "position")):
        op.create_index(f"ix_audit_entries_log_id_{'_'.join(columns)}", "audit_entries", ["log_id", *columns])
