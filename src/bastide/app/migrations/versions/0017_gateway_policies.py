"""What organisations lay down for all of their calls to models."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.create_table(
        "gateway_policies",
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("options", JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("organisation_id", name="pk_gateway_policies"),
    )
