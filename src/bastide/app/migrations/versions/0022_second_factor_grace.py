"""A grace period after an organisation has begun to require a second factor."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import UtcDateTime

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column(
        "organisations",
        sa.Column("second_factor_grace_days", sa.Integer, nullable=False, server_default="7"),
    )
    op.add_column("organisations", sa.Column("second_factor_required_at", UtcDateTime))
