"""Run by Alembic for every command: works in the transaction that `platform.database.migrate` has open."""

from alembic import context

from bastide.platform.database.metadata import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # Alembic takes SQLite for unable to; with BEGIN IMMEDIATE it is able
)
context.run_migrations()
