"""Labels of collections and documents, and the rules that organisations make of them."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn, UtcDateTime

revision = "0015"
down_revision = "0014"

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    for table in ("collections", "documents", "resource_history"):
        op.add_column(table, sa.Column("labels", JsonColumn, nullable=False, server_default="[]"))
    op.create_table(
        "document_labels",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "label", name="pk_document_labels"),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_document_labels_document_id_documents",
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "label_rule_history",
        sa.Column("position", POSITION, autoincrement=True, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("rules", JsonColumn, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_label_rule_history"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_label_rule_history_organisation_id", "label_rule_history", ["organisation_id", "position"]
    )
