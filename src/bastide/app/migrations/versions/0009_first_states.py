"""What collections and documents are already there enters the history of permissions, as it is now."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute(
        "INSERT INTO resource_history "
        "(organisation_id, resource_id, kind, owner_id, grants, parent_id, deleted, changed_by, at) "
        "SELECT organisation_id, id, 'collection', owner_id, access, NULL, false, owner_id, created_at "
        "FROM collections WHERE deleted_at IS NULL "
        "AND id NOT IN (SELECT resource_id FROM resource_history)"
    )
    op.execute(
        "INSERT INTO resource_history "
        "(organisation_id, resource_id, kind, owner_id, grants, parent_id, deleted, changed_by, at) "
        "SELECT organisation_id, id, 'document', owner_id, access, collection_id, false, owner_id, "
        "uploaded_at "
        "FROM documents WHERE id NOT IN (SELECT resource_id FROM resource_history)"
    )
