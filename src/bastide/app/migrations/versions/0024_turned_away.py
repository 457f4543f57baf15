"""Calls that limits, budgets and guardrails have refused are counted in the totals of usage, apart."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    for table in ("gateway_usage", "gateway_group_usage"):
        op.add_column(table, sa.Column("turned_away", sa.BigInteger, nullable=False, server_default="0"))
