"""Passwords pending confirmation by a one-time code from the owner of the account.

Before, a link shown to the creator of an account allowed the creator to take it over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table. Open links expire, because their secrets were shown to others."""
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
