"""Sessions of clients, which hold tokens instead of a cookie."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("kind", sa.Text, nullable=False, server_default="browser"))
