"""Tables of people, sessions and keys."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
    true,
)

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import JsonColumn, UtcDateTime

organisations = Table(
    "organisations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("require_second_factor", Boolean, nullable=False, server_default=false()),
    Column("second_factor_grace_days", Integer, nullable=False, server_default="7"),
    Column("second_factor_required_at", UtcDateTime),
)

# `folded` is name and address as one types them into a search box: lower case, without accents.
users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("password_hash", Text),
    Column("active", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("folded", Text, nullable=False, server_default=""),
)

service_accounts = Table(
    "service_accounts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_service_accounts_organisation_id", "organisation_id"),
)

memberships = Table(
    "memberships",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), primary_key=True),
    Column("role", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Index("ix_memberships_organisation_id", "organisation_id"),
)

# `kind` is `group` or `department`: the same rows, named apart by the people who use them.
groups = Table(
    "groups",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("uq_groups_organisation_id_kind_name", "organisation_id", "kind", "name", unique=True),
)

group_members = Table(
    "group_members",
    metadata,
    Column("group_id", Text, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Index("ix_group_members_subject_id", "subject_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("strong", Boolean, nullable=False, server_default=false()),
    Column("kind", Text, nullable=False, server_default="browser"),
    Index("ix_sessions_user_id", "user_id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_hash", LargeBinary, nullable=False),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("hint", Text, nullable=False),
    Column("scopes", JsonColumn, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("allowed_models", JsonColumn(none_as_null=True)),
    Column("allowed_collections", JsonColumn(none_as_null=True)),
    Column("allowed_networks", JsonColumn(none_as_null=True)),
    Column("last_used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
    Index("ix_api_keys_organisation_id_created_at", "organisation_id", "created_at"),
    Index("ix_api_keys_subject_id", "subject_id"),
)

# Open ones only: an invitation that is accepted or withdrawn is deleted, the audit log remembers it.
invitations = Table(
    "invitations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("organisation_id", Text, ForeignKey("organisations.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("groups", JsonColumn, nullable=False),
    Column("invited_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index("uq_invitations_organisation_id_email", "organisation_id", "email", unique=True),
)

# At most one per person: a new link replaces the one before.
password_resets = Table(
    "password_resets",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),
    Column("issued_by", Text),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
)

# Both histories are added to and never changed: who could read what, at any time.
_POSITION = BigInteger().with_variant(Integer, "sqlite")  # only INTEGER counts up by itself there

resource_history = Table(
    "resource_history",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    Column("organisation_id", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("owner_id", Text, nullable=False),
    Column("grants", JsonColumn, nullable=False),
    Column("parent_id", Text),
    Column("deleted", Boolean, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("labels", JsonColumn, nullable=False, server_default="[]"),
    Index("ix_resource_history_resource_id_position", "resource_id", "position"),
    sqlite_autoincrement=True,
)

# All rules of an organisation at once: the last row is the present.
label_rule_history = Table(
    "label_rule_history",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    Column("organisation_id", Text, nullable=False),
    Column("rules", JsonColumn, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_label_rule_history_organisation_id", "organisation_id", "position"),
    sqlite_autoincrement=True,
)

# `role` is NULL while the subject cannot act.
subject_history = Table(
    "subject_history",
    metadata,
    Column("position", _POSITION, primary_key=True, autoincrement=True),
    Column("organisation_id", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("role", Text),
    Column("groups", JsonColumn, nullable=False),
    Column("departments", JsonColumn, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_subject_history_organisation_id_subject_id", "organisation_id", "subject_id", "position"),
    sqlite_autoincrement=True,
)

totp_generators = Table(
    "totp_generators",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed_seed", LargeBinary, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("last_step", BigInteger, nullable=False),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("credential_id", LargeBinary, nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("synced", Boolean, nullable=False),
    Column("transports", JsonColumn, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_used_at", UtcDateTime),
    Index("ix_passkeys_user_id", "user_id"),
)
