"""How far the audit logs have been pushed to a SIEM."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "audit_pushes",
        sa.Column("log_id", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("log_id", name="pk_audit_pushes"),
    )
    op.create_table(
        "audit_push_turns",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_audit_push_turns"),
    )
