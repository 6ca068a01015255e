"""Resume position of suppression rules, so that they run in short turns; audit index by action.

Existing rules have already processed all of their alerts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the column and the index."""
    op.add_column("suppression", sa.Column("goes_on", WHOLE))
    op.create_index("audit_action", "audit", ["action", "number"])
