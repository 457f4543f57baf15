"""Activity, invitations and reset links; people can be found by a part of their name."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn, UtcDateTime

revision = "0005"
down_revision = "0003"


def upgrade() -> None:
    for table in ("organisations", "memberships"):
        op.add_column(table, sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()))
    _folded()
    _links()


def _folded() -> None:
    op.add_column("users", sa.Column("folded", sa.Text, nullable=False, server_default=""))
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT id, name, email FROM users")).all():
        letters = unicodedata.normalize("NFKD", f"{row.name} {row.email}".casefold())
        folded = "".join(letter for letter in letters if not unicodedata.combining(letter))
        connection.execute(
            sa.text("UPDATE users SET folded = :folded WHERE id = :id"), {"folded": folded, "id": row.id}
        )


def _links() -> None:
    op.create_table(
        "invitations",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("email", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("groups", JsonColumn, nullable=False),
        sa.Column("invited_by", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        sa.UniqueConstraint("token_hash", name="uq_invitations_token_hash"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_invitations_organisation_id"
        ),
    )
    op.create_index(
        "uq_invitations_organisation_id_email", "invitations", ["organisation_id", "email"], unique=True
    )
    op.create_table(
        "password_resets",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("token_hash", sa.LargeBinary, nullable=False),
        sa.Column("issued_by", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_password_resets"),
        sa.UniqueConstraint("token_hash", name="uq_password_resets_token_hash"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_password_resets_user_id", ondelete="CASCADE"
        ),
    )
