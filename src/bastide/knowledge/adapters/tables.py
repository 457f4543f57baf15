"""Tables of collections, documents, their versions, and the chunks and vectors made of them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import JsonColumn, UtcDateTime

collections = Table(
    "collections",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("access", JsonColumn, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("labels", JsonColumn, nullable=False, server_default="[]"),
    # Set while its documents are being erased: nobody sees it any more, and its name is free.
    Column("deleted_at", UtcDateTime),
    # Not unique: a name is taken for those who know of the collection that has it (docs/reference/access.md).
    Index("ix_collections_organisation_id_name", "organisation_id", "name"),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("collection_id", Text, ForeignKey("collections.id"), nullable=False),
    Column("parent_id", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("filename_folded", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("metadata", JsonColumn, nullable=False),
    Column("access", JsonColumn, nullable=False),
    Column("narrowed", Boolean, nullable=False),
    Column("current_version", Integer, nullable=False),
    Column("latest_version", Integer, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("labels", JsonColumn, nullable=False, server_default="[]"),
    Index("ix_documents_collection_id_parent_id_filename", "collection_id", "parent_id", "filename"),
    Index("ix_documents_collection_id_uploaded_at", "collection_id", "uploaded_at"),
    Index("ix_documents_parent_id", "parent_id"),
    Index("ix_documents_organisation_id", "organisation_id"),
)

# Who may read a document that narrows its collection's list: for filters in SQL.
document_readers = Table(
    "document_readers",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("token", Text, primary_key=True),
)

# A document's own labels once more: for filters in SQL.
document_labels = Table(
    "document_labels",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("label", Text, primary_key=True),
)

document_versions = Table(
    "document_versions",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("folder", Text, nullable=False),
    Column("object_key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_at", UtcDateTime, nullable=False),
    Column("text_key", Text),
    Column("pages", Integer),
    Column("facts", JsonColumn, nullable=False),
    Column("language", Text, nullable=False),
    Column("warnings", JsonColumn, nullable=False),
    Column("chunks_count", Integer, nullable=False),
    Column("failure", JsonColumn(none_as_null=True)),
    Column("indexed_at", UtcDateTime),
    Index("ix_document_versions_sha256", "sha256"),
    Index("ix_document_versions_status", "status"),
)

chunks = Table(
    "chunks",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("ordinal", Integer, primary_key=True, autoincrement=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("page_end", Integer),
    Column("heading_path", JsonColumn, nullable=False),
    Column("context", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("tokens", Integer, nullable=False),
    Column("text", Text, nullable=False),
    # Text, context and heading path, encrypted under the version's data key; their columns are empty then.
    # NULL in rows from before encryption.
    Column("sealed", LargeBinary),
    ForeignKeyConstraint(
        ["document_id", "version"],
        ["document_versions.document_id", "document_versions.number"],
        ondelete="CASCADE",
    ),
)

# The vectors of chunks `start` to `start + length`, float16, row after row: one row per batch, kept so that
# an index can be made again without embedding again.
vector_blocks = Table(
    "vector_blocks",
    metadata,
    Column("document_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("fingerprint", Text, primary_key=True),
    Column("start", Integer, primary_key=True, autoincrement=False),
    Column("length", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["document_id", "version"],
        ["document_versions.document_id", "document_versions.number"],
        ondelete="CASCADE",
    ),
)

# What a deleted document has left: objects and points that its workflow has yet to remove.
erasures = Table(
    "erasures",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("document_id", Text, nullable=False),
    Column("folders", JsonColumn, nullable=False),
    Column("runs", JsonColumn, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
)

# `state`: serving (one per organisation), building, retired (to be dropped).
index_generations = Table(
    "index_generations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("run_id", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_index_generations_organisation_id", "organisation_id"),
)
