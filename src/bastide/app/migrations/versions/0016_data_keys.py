"""Data keys, and chunks that are encrypted under them. What is there stays readable as it is."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import UtcDateTime

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "data_keys",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_data_keys"),
    )
    op.add_column("chunks", sa.Column("sealed", sa.LargeBinary))
