"""Guardrails of the gateway, and what they have found."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "gateway_guardrails",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("options", JsonColumn, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_gateway_guardrails"),
    )
    op.create_index("ix_gateway_guardrails_organisation_id", "gateway_guardrails", ["organisation_id"])
    op.add_column(
        "gateway_ledger",
        sa.Column("findings", JsonColumn, nullable=False, server_default=sa.text("'[]'")),
    )
