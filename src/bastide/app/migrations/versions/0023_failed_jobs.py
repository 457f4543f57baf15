"""Why an export or an erasure of personal data has failed."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.add_column("personal_data_jobs", sa.Column("failure", JsonColumn(none_as_null=True)))
