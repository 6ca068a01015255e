"""A revision after the last, for tests alone: it changes a table, fills another, drops a third."""

from pathlib import Path

import sqlalchemy as sa
from alembic import op

from tidewaiter.store.migrations import versions

down_revision = max(Path(place).name[1:5] for place in Path(*versions.__path__).glob("r*.py"))
revision = "moves"


def upgrade() -> None:
    """Say in each source what it is called, and move refusals to a new table."""
    op.add_column("source", sa.Column("note", sa.Text()))
    op.execute("UPDATE source SET note = 'called ' || name")
    op.create_table("refused", sa.Column("payload", sa.Text(), nullable=False))
    op.execute("INSERT INTO refused (payload) SELECT payload FROM refusal")
    op.drop_table("refusal")
