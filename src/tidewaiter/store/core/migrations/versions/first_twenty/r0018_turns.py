"""Where a suppression rule goes on, so that it takes short turns; what the audit tells, by action.

Every rule that there is has gone through all of its alerts.
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
