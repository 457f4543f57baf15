"""Tables of the gateway."""

from sqlalchemy import BigInteger, Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import JsonColumn, UtcDateTime

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

limits = Table(
    "gateway_limits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("model", Text),
    Column("metric", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("thresholds", JsonColumn, nullable=False),
    Index("ix_gateway_limits_organisation_id", "organisation_id"),
)

guardrails = Table(
    "gateway_guardrails",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, nullable=False),
    Column("options", JsonColumn, nullable=False),  # Guardrail without id and organisation
    Index("ix_gateway_guardrails_organisation_id", "organisation_id"),
)

policies = Table(
    "gateway_policies",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("options", JsonColumn, nullable=False),  # GatewayPolicy without its organisation
)

ledger = Table(
    "gateway_ledger",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("groups", JsonColumn, nullable=False),
    Column("model", Text, nullable=False),
    Column("deployment", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("streamed", Boolean, nullable=False),
    Column("prompt", BigInteger, nullable=False),
    Column("completion", BigInteger, nullable=False),
    Column("cached", BigInteger, nullable=False),
    Column("reasoning", BigInteger, nullable=False),
    Column("estimated", Boolean, nullable=False),
    Column("cost", BigInteger, nullable=False),  # picounits
    Column("attempts", Integer, nullable=False),
    Column("queue_us", BigInteger, nullable=False),
    Column("first_us", BigInteger, nullable=False),
    Column("total_us", BigInteger, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("findings", JsonColumn, nullable=False),
    Index("ix_gateway_ledger_organisation_id_at", "organisation_id", "at"),
)


def _sums() -> list[Column[int]]:
    names = ("requests", "failed", "prompt", "completion", "cached", "reasoning", "estimated", "cost")
    turned_away = Column("turned_away", BigInteger, nullable=False, server_default="0")
    return [*(Column(name, BigInteger, nullable=False) for name in names), turned_away]


usage = Table(
    "gateway_usage",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    *_sums(),
)

group_usage = Table(
    "gateway_group_usage",
    metadata,
    Column("organisation_id", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("group_id", Text, primary_key=True),
    Column("model", Text, primary_key=True),
    *_sums(),
)

thresholds = Table(
    "gateway_thresholds",
    metadata,
    Column("counter", Text, primary_key=True),
    Column("percent", Integer, primary_key=True),
)

prompts = Table(
    "gateway_prompts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("organisation_id", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("streamed", Boolean, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # Words, under the organisation's data key
    Index("ix_gateway_prompts_organisation_id_at", "organisation_id", "at"),
)
