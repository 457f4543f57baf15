"""Collections, documents, versions, chunks, vectors and index generations."""

import sqlalchemy as sa
from alembic import op

from bastide.platform.database.types import JsonColumn, UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _documents()
    _versions()
    _passages()
    _generations()


def _documents() -> None:
    op.create_table(
        "collections",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("access", JsonColumn, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("deleted_at", UtcDateTime),
        sa.PrimaryKeyConstraint("id", name="pk_collections"),
        sa.UniqueConstraint("organisation_id", "name", name="uq_collections_organisation_id_name"),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("collection_id", sa.Text, nullable=False),
        sa.Column("parent_id", sa.Text, nullable=False),
        sa.Column("filename", sa.Text, nullable=False),
        sa.Column("filename_folded", sa.Text, nullable=False),
        sa.Column("owner_id", sa.Text, nullable=False),
        sa.Column("metadata", JsonColumn, nullable=False),
        sa.Column("access", JsonColumn, nullable=False),
        sa.Column("narrowed", sa.Boolean, nullable=False),
        sa.Column("current_version", sa.Integer, nullable=False),
        sa.Column("latest_version", sa.Integer, nullable=False),
        sa.Column("uploaded_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint(
            "collection_id", "parent_id", "filename", name="uq_documents_collection_id_parent_id_filename"
        ),
        sa.ForeignKeyConstraint(["collection_id"], ["collections.id"], name="fk_documents_collection_id"),
    )
    op.create_index("ix_documents_collection_id_uploaded_at", "documents", ["collection_id", "uploaded_at"])
    op.create_index("ix_documents_parent_id", "documents", ["parent_id"])
    op.create_index("ix_documents_organisation_id", "documents", ["organisation_id"])
    op.create_table(
        "document_readers",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "token", name="pk_document_readers"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_readers_document_id", ondelete="CASCADE"
        ),
    )


def _versions() -> None:
    op.create_table(
        "document_versions",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("folder", sa.Text, nullable=False),
        sa.Column("object_key", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("uploaded_by", sa.Text, nullable=False),
        sa.Column("uploaded_at", UtcDateTime, nullable=False),
        sa.Column("text_key", sa.Text),
        sa.Column("pages", sa.Integer),
        sa.Column("facts", JsonColumn, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("warnings", JsonColumn, nullable=False),
        sa.Column("chunks_count", sa.Integer, nullable=False),
        sa.Column("failure", JsonColumn),
        sa.Column("indexed_at", UtcDateTime),
        sa.PrimaryKeyConstraint("document_id", "number", name="pk_document_versions"),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_document_versions_document_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_document_versions_sha256", "document_versions", ["sha256"])
    op.create_index("ix_document_versions_status", "document_versions", ["status"])


def _passages() -> None:
    op.create_table(
        "chunks",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("ordinal", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("start", sa.Integer, nullable=False),
        sa.Column("end", sa.Integer, nullable=False),
        sa.Column("page", sa.Integer),
        sa.Column("page_end", sa.Integer),
        sa.Column("heading_path", JsonColumn, nullable=False),
        sa.Column("context", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("tokens", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "version", "ordinal", name="pk_chunks"),
        _version("chunks"),
    )
    op.create_table(
        "vector_blocks",
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("start", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("length", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("document_id", "version", "fingerprint", "start", name="pk_vector_blocks"),
        _version("vector_blocks"),
    )


def _generations() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("document_id", sa.Text, nullable=False),
        sa.Column("folders", JsonColumn, nullable=False),
        sa.Column("runs", JsonColumn, nullable=False),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_table(
        "index_generations",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("dimensions", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_index_generations"),
    )
    op.create_index("ix_index_generations_organisation_id", "index_generations", ["organisation_id"])


def _version(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["document_id", "version"],
        ["document_versions.document_id", "document_versions.number"],
        name=f"fk_{table}_document_id_version",
        ondelete="CASCADE",
    )
