"""Role of the party that an alert matches with a list entry.

A firm and the ship that carries its goods may have the same name, and a match concerns one of
them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; for stored alerts the role is null, which matches any party of the name."""
    op.add_column("alert_party", sa.Column("role", TEXT))
