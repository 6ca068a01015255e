"""Alembic environment: runs the revisions in the store's open transaction."""

from alembic import context

from tidewaiter.store.core.columns import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
with context.begin_transaction():
    context.run_migrations()
