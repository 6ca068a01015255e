"""In which role a party of a line stands that an alert says resembles an entry.

A firm and the ship that carries its goods may bear one name, and a match is of one of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the column; of alerts that are stored the role is null, and goes with any of the name."""
    op.add_column("alert_party", sa.Column("role", TEXT))
