"""Passwords that wait until somebody confirms by a code whose account it is.

A link on the screen of whoever makes an account let them be its owner.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table. Links that are open end: their secrets were shown to others."""
    op.execute("DELETE FROM invitation")
    op.add_column("invitation", sa.Column("opened", WHOLE))
    op.create_table(
        "activation",
        sa.Column("digest", TEXT, primary_key=True),
        sa.Column("account", WHOLE, sa.ForeignKey("account.id"), nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("password", "made", "ends")),
        sa.Index("activation_account", "account"),
        sqlite_strict=True,
    )
