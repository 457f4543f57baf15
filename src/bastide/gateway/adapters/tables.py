"""Tables of the gateway."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import JsonColumn

revisions = Table(
    "gateway_revisions",
    metadata,
    Column("name", Text, primary_key=True),
    Column("revision", BigInteger, nullable=False),
)

providers = Table(
    "gateway_providers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("options", JsonColumn, nullable=False),  # ProviderEntry without name and key
    Column("sealed_key", LargeBinary),
)

models = Table(
    "gateway_models",
    metadata,
    Column("name", Text, primary_key=True),
    Column("routing", JsonColumn, nullable=False),
)

deployments = Table(
    "gateway_deployments",
    metadata,
    Column("id", Text, primary_key=True),
    Column("model", Text, ForeignKey("gateway_models.name", ondelete="CASCADE"), nullable=False),
    Column("provider", Text, nullable=False),  # may be one of the settings, so no foreign key
    Column("options", JsonColumn, nullable=False),
    Index("ix_gateway_deployments_model", "model"),
)
