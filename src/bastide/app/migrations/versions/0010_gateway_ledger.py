"""Limits of the gateway, its ledger, and the totals made from it."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn, UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    _limits()
    _ledger()
    _totals()


def _limits() -> None:
    op.create_table(
        "gateway_limits",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("model", sa.Text),
        sa.Column("metric", sa.Text, nullable=False),
        sa.Column("period", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("thresholds", JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_limits"),
    )
    op.create_index("ix_gateway_limits_organisation_id", "gateway_limits", ["organisation_id"])


def _ledger() -> None:
    texts = ("organisation_id", "subject_id", "key_id", "model", "deployment", "operation", "outcome")
    counts = ("prompt", "completion", "cached", "reasoning", "cost", "queue_us", "first_us", "total_us")
    op.create_table(
        "gateway_ledger",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in (*texts, "request_id")),
        sa.Column("groups", JsonColumn, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("streamed", sa.Boolean, nullable=False),
        sa.Column("estimated", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in counts),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_ledger"),
    )
    op.create_index("ix_gateway_ledger_organisation_id_at", "gateway_ledger", ["organisation_id", "at"])


def _totals() -> None:
    sums = ("requests", "failed", "prompt", "completion", "cached", "reasoning", "estimated", "cost")
    people, groups = ("subject_id", "key_id", "model"), ("group_id", "model")
    for table, names in (("gateway_usage", people), ("gateway_group_usage", groups)):
        op.create_table(
            table,
            sa.Column("organisation_id", sa.Text, nullable=False),
            sa.Column("day", sa.Date, nullable=False),
            *(sa.Column(name, sa.Text, nullable=False) for name in names),
            *(sa.Column(name, sa.BigInteger, nullable=False) for name in sums),
            sa.PrimaryKeyConstraint("organisation_id", "day", *names, name=f"pk_{table}"),
        )
    op.create_table(
        "gateway_thresholds",
        sa.Column("counter", sa.Text, nullable=False),
        sa.Column("percent", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("counter", "percent", name="pk_gateway_thresholds"),
    )
