"""Alembic's entry: runs the revisions on the connection, and in the transaction, that the store hands over."""

from alembic import context

from yakin.journal.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
context.run_migrations()
