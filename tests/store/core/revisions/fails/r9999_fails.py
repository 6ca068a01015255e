"""The revision after that, for tests alone: it fails when half of it is done."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "9998"


def upgrade() -> None:
    """Drop the lines' alerts, and then ask for a table that is not there."""
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("DELETE FROM reason")
    op.execute("UPDATE no_such_table SET id = 1")
