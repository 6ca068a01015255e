"""A revision after the newest, for tests alone: it changes a table, fills one, and drops one."""

import sqlalchemy as sa
from alembic import op
from alembic.config import Config
from alembic.script import ScriptDirectory

revision = "9998"
_OURS = Config()
_OURS.set_main_option("script_location", "tidewaiter.store.core:migrations")
_OURS.set_main_option("recursive_version_locations", "true")
down_revision = ScriptDirectory.from_config(_OURS).get_current_head()


def upgrade() -> None:
    """Add a name to each source, and move refusals to a new table."""
    op.add_column("source", sa.Column("note", sa.Text()))
    op.execute("UPDATE source SET note = 'called ' || name")
    op.create_table("refused", sa.Column("payload", sa.Text(), nullable=False))
    op.execute("INSERT INTO refused (payload) SELECT payload FROM refusal")
    op.drop_table("refusal")
