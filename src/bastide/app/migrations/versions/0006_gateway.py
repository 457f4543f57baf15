"""The gateway's catalogue."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "gateway_revisions",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_gateway_revisions"),
    )
    op.create_table(
        "gateway_providers",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("options", JsonColumn, nullable=False),
        sa.Column("sealed_key", sa.LargeBinary),
        sa.PrimaryKeyConstraint("name", name="pk_gateway_providers"),
    )
    op.create_table(
        "gateway_models",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("routing", JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_gateway_models"),
    )
    op.create_table(
        "gateway_deployments",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("model", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("options", JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_deployments"),
        sa.ForeignKeyConstraint(
            ["model"], ["gateway_models.name"], name="fk_gateway_deployments_model", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_gateway_deployments_model", "gateway_deployments", ["model"])
