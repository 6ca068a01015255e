"""A fifth revision, for tests alone: it changes a table, fills another, and drops a third."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0010"


def upgrade() -> None:
    """Say in each source what it is called, and move refusals to a new table."""
    op.add_column("source", sa.Column("note", sa.Text()))
    op.execute("UPDATE source SET note = 'called ' || name")
    op.create_table("refused", sa.Column("payload", sa.Text(), nullable=False))
    op.execute("INSERT INTO refused (payload) SELECT payload FROM refusal")
    op.drop_table("refusal")
