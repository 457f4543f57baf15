from sqlalchemy import Column, LargeBinary, Table, Text

from bastide.platform.database.metadata import metadata
from bastide.platform.database.types import UtcDateTime

# `wrapped`: by the key port for an organisation's key, by that key for the folders below it.
data_keys = Table(
    "data_keys",
    metadata,
    Column("name", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)
