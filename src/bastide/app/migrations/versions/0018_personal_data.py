"""Exports and erasures of personal data."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn, UtcDateTime

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "personal_data_jobs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("documents", sa.Text, nullable=False),
        sa.Column("erased", JsonColumn, nullable=False),
        sa.Column("object_key", sa.Text),
        sa.Column("receipt", JsonColumn(none_as_null=True)),
        sa.Column("done_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_personal_data_jobs"),
    )
