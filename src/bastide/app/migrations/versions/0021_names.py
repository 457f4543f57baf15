"""Names of collections and documents are taken for those who know of what has them, not for all."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    with op.batch_alter_table("collections") as table:
        table.drop_constraint("uq_collections_organisation_id_name", type_="unique")
        table.create_index("ix_collections_organisation_id_name", ["organisation_id", "name"])
    with op.batch_alter_table("documents") as table:
        table.drop_constraint("uq_documents_collection_id_parent_id_filename", type_="unique")
        table.create_index(
            "ix_documents_collection_id_parent_id_filename", ["collection_id", "parent_id", "filename"]
        )
