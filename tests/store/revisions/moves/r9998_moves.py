"""A revision after the newest, for tests alone: it changes a table, fills one, and drops one."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from tidewaiter.store.migrations import versions

revision = "9998"
down_revision = max(p.name[1:5] for p in Path(str(versions.__file__)).parent.glob("r*.py"))


def upgrade() -> None:
    """Say in each source what it is called, and move refusals to a new table."""
    op.add_column("source", sa.Column("note", sa.Text()))
    op.execute("UPDATE source SET note = 'called ' || name")
    op.create_table("refused", sa.Column("payload", sa.Text(), nullable=False))
    op.execute("INSERT INTO refused (payload) SELECT payload FROM refusal")
    op.drop_table("refusal")
