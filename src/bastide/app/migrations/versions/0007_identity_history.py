"""What permissions were: states of collections, documents, people and service accounts."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn, UtcDateTime

revision = "0007"
down_revision = "0006"

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "resource_history",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("resource_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("grants", JsonColumn, nullable=False),
        sa.Column("parent_id", sa.Text),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_resource_history"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_resource_history_resource_id_position", "resource_history", ["resource_id", "position"]
    )
    subjects = op.create_table(
        "subject_history",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Text, nullable=False),
        sa.Column("role", sa.Text),
        sa.Column("groups", JsonColumn, nullable=False),
        sa.Column("departments", JsonColumn, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_subject_history"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_subject_history_organisation_id_subject_id",
        "subject_history",
        ["organisation_id", "subject_id", "position"],
    )
    _first_states(subjects)


def _first_states(subjects: sa.Table) -> None:
    """What is there already, as of when it was made: before now nobody could be deactivated or in a group."""
    present = op.get_bind().execute(
        sa.text(
            "SELECT organisation_id, user_id AS subject_id, role, created_at FROM memberships "
            "UNION ALL SELECT organisation_id, id, role, created_at FROM service_accounts"
        ).columns(created_at=UtcDateTime)
    )
    states: list[dict[str, object]] = [
        {
            "organisation_id": row.organisation_id,
            "subject_id": row.subject_id,
            "role": row.role,
            "groups": [],
            "departments": [],
            "at": row.created_at,
        }
        for row in present
    ]
    if states:
        op.bulk_insert(subjects, states)
